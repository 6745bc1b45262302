// The days of those who answer nothing themselves: a supervisor, a head, a
// data-protection officer, an administrator. On a telephone, without scripts.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { foldOf, officer, sendsOpinion, until, visitor } from './support.mjs';

const PHONE = { width: 360, script: false };

const sends = async (text, more = {}) => {
  const v = await visitor();
  const sent = await sendsOpinion(v, { text, ...more });
  await v.close();
  return sent;
};

/** Fields of a form, by the ids of their controls. */
const fills = async (v, values) => {
  for (const [id, value] of Object.entries(values)) await v.page.locator(`#${id}`).fill(value);
};

const done = async (v) => assert.equal(await v.page.locator('.notice.good').count(), 1, `it says that it is done: ${v.page.url()}`);

test('a supervisor sees what is late and where, presses, and everybody learns how often', async () => {
  const v = await officer('giam-sat', PHONE);
  assert.equal(new URL(v.page.url()).pathname, '/can-bo/theo-doi', 'the overview is where they begin');
  const rows = v.page.locator('table').first().locator('tbody tr');
  assert.ok((await rows.count()) > 2, 'several offices');
  assert.match(await v.page.locator('caption').nth(1).innerText(), /trong/);
  const link = v.page.locator('main table.rows a[href^="/can-bo/theo-doi/"]').first();
  const serial = (await link.getAttribute('href')).split('/').pop();
  await v.follow(link);
  assert.equal(await v.page.locator('.voice').count(), 0, 'no words of the sender');
  await v.page.fill('#words', 'Xin trả lời trong tuần này.');
  await v.follow('form[action^="/can-bo/theo-doi/"] button');
  await done(v);
  assert.match(await v.page.locator('main').innerText(), /Xin trả lời trong tuần này/);
  assert.equal(await v.page.locator('form[action^="/can-bo/theo-doi/"]').count(), 0, 'once a day');
  v.calm();

  const desk = await officer('can-bo', PHONE);
  await desk.open(`/can-bo/${serial}`);
  assert.match(await desk.page.locator('#don-doc + *').innerText(), /Huỳnh Kim Ngân/);
  const anybody = await visitor(PHONE);
  await anybody.open(`/y-kien/${serial}`);
  const facts = await anybody.page.locator('dl.facts').innerText();
  assert.match(facts, /Cấp trên đôn đốc\s+\d+ lần/);
  assert.ok(!(await anybody.page.content()).includes('trong tuần này'), 'the words are for the desk');
  await Promise.all([v.close(), desk.close(), anybody.close()]);
});

test('a head gives an opinion to a colleague from the overview', async () => {
  const { serial } = await sends('Vòi nước ở sân bị hỏng.');
  const v = await officer('lanh-dao', PHONE);
  await v.open('/can-bo/theo-doi?xem=all&co-quan=31507');
  await v.open(`/can-bo/theo-doi/${serial}`);
  await v.follow(`main a[href="/can-bo/${serial}"]`);
  await v.unfold(foldOf(v, '#assign-to'));
  await v.page.selectOption('#assign-to', { label: 'Thạch Sô Phia' });
  await v.follow('form[action$="/giao"] button');
  await done(v);
  assert.match(await v.page.locator('main').innerText(), /Người xử lý: Thạch Sô Phia/);
  v.calm();
  await v.close();
});

test('a sender asks for deletion by the receipt code, and the data-protection officer decides', async () => {
  const sent = await sends('Tôi tên An, nhà số 5, xin hỏi về hồ sơ.', { email: 'an@example.vn', consent: ['answer'] });
  const sender = await visitor(PHONE);
  await sender.open(`/tra-cuu/${sent.code}`);
  await sender.unfold(foldOf(sender, '#right'));
  await sender.page.selectOption('#right', 'delete');
  await sender.page.fill('#rights-words', 'Tôi lỡ ghi tên mình.');
  await sender.follow(sender.page.locator('form', { has: sender.page.locator('#right') }).locator('button'));
  assert.match(await sender.page.locator('#quyen-du-lieu + *').innerText(), /Đã ghi nhận/);

  const v = await officer('du-lieu', PHONE);
  assert.equal(new URL(v.page.url()).pathname, '/can-bo/quyen', 'their desk is where they begin');
  await v.follow(v.page.locator('main tr', { hasText: sent.id }).locator('a'));
  await v.follow(v.page.locator('form', { has: v.page.locator('input[value=bao-nhan]') }).locator('button'));
  await done(v);
  const deletes = v.page.locator('form', { has: v.page.locator('input[value=lam]') }).locator('button');
  await v.follow(deletes);
  assert.equal(await v.page.locator('.notice.good').count(), 0, 'what can not be undone is not done by one press');
  await v.page.check('#sure');
  await v.follow(deletes);
  await done(v);
  v.calm();
  await sender.open(`/tra-cuu/${sent.code}`);
  const own = await sender.page.content();
  assert.ok(!own.includes('nhà số 5') && !own.includes('an@example.vn'), 'the words are gone');
  await sender.open(`/y-kien/${sent.serial}`);
  assert.ok((await sender.page.locator('main').innerText()).includes(sent.id), 'the number stays');
  sender.calm();
  await Promise.all([v.close(), sender.close()]);
});

test('a breach is recorded, its clock runs, and the record can be printed', async () => {
  const v = await officer('du-lieu', PHONE);
  await v.open('/can-bo/quyen/su-co');
  await v.unfold(foldOf(v, '#act'));
  const today = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
  await fills(v, { day: today, time: '00:01', place: 'Quầy số 2', act: 'Một tờ danh sách bị bỏ quên.' });
  await v.follow(v.page.locator('form', { has: v.page.locator('#act') }).locator('button'));
  const page = await v.page.locator('main').innerText();
  assert.match(page, /Một tờ danh sách bị bỏ quên/);
  await v.follow('main a[href$="/bien-ban"]');
  assert.match(await v.page.locator('main').innerText(), /Quầy số 2/);
  v.calm();
  await v.close();
});

test('an administrator changes terms and reminders, tries a rule, and finds it all in the audit', async () => {
  const v = await officer('quan-tri', PHONE);
  await v.open('/quan-tri/thoi-han/don-doc/them');
  await v.page.selectOption('#f-timing', 'before');
  await v.page.selectOption('#f-part', 'head');
  await fills(v, { 'f-days': '4', 'f-source': 'Quyết định thử' });
  await v.follow('main form button.btn');
  await done(v);
  assert.match(await v.page.locator('main').innerText(), /4 ngày làm việc trước hạn/);

  await v.open('/quan-tri/phan-cong/thu');
  await v.page.selectOption('main form select >> nth=0', { index: 1 });
  await v.follow('main form[method=get] button');
  assert.ok((await v.page.locator('main h2').count()) > 0, 'it says where it goes');

  // What comes out as a file changes nothing when it comes back.
  const file = await (await v.context.request.get('/quan-tri/lich.ics')).text();
  assert.match(file, /^BEGIN:VCALENDAR/);
  await v.open('/quan-tri/lich/nhap');
  await fills(v, { 'f-file': file, 'f-source': 'Quyết định thử' });
  await v.page.check('input[name=official]');
  await v.follow('main form button[value=xem]');
  await until('what would change is shown', async () => (await v.page.locator('main table').count()) === 1);

  await v.open('/quan-tri/viec-hang-ngay/chay');
  await v.follow('main form button.btn');
  await done(v);
  await v.open('/quan-tri/nhat-ky?viec=rung.add');
  assert.match(await v.page.locator('main table').innerText(), /thêm bậc đôn đốc/);
  v.calm();
  await v.close();
});
