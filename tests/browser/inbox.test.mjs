// What officers do with many opinions, what a sender is told before sending, and
// what happens after a "no": with and without scripts.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answersIt, foldOf, goesToFaces, officer, publishesIt, sendsOpinion, until, visitor } from './support.mjs';

const sends = async (text, more = {}) => {
  const v = await visitor();
  const sent = await sendsOpinion(v, { text, ...more });
  await v.close();
  return sent;
};

/** Looks for words at the desk until they are indexed. */
const finds = (v, words, serial) =>
  until(`${words} finds ${serial}`, async () => {
    await v.open(`/can-bo?q=${encodeURIComponent(words)}`);
    return (await v.page.locator(`main a[href="/can-bo/${serial}"]`).count()) > 0;
  });

test('an officer finds by words without marks, picks by keyboard, and answers many with one text', async () => {
  const one = await sends('Bao giờ cầu Rạch Giồng thông xe?');
  const two = await sends('Cầu Rạch Giồng sao chưa cho đi?');
  const v = await officer('can-bo');
  await finds(v, 'cau rach giong', one.serial);
  await finds(v, 'cau rach giong', two.serial);
  await v.page.keyboard.press('j');
  await v.page.keyboard.press('x');
  await v.page.keyboard.press('j');
  await v.page.keyboard.press('x');
  assert.equal(await v.page.locator('input[name=so]:checked').count(), 2);
  await v.page.keyboard.press('/');
  assert.equal(await v.page.evaluate(() => document.activeElement.id), 'q');
  await v.page.selectOption('#loc-viec', 'viet');
  await v.follow('form[action="/can-bo/nhieu"] button');
  await v.page.fill('#answer', 'Cầu thông xe ngày 20/12/2026.');
  await v.follow('form[action="/can-bo/nhieu"] button');
  assert.match(await v.page.locator('.notice.good').innerText(), /Đã làm với/);
  v.calm();

  const approver = await officer('nguoi-duyet', { script: false });
  await approver.open(`/can-bo/nhieu?viec=duyet&so=${one.serial}&so=${two.serial}`);
  assert.equal(await approver.page.locator('.voice.office').count(), 2, 'what is approved is read');
  await approver.follow('form[action="/can-bo/nhieu"] button');
  assert.match(await approver.page.locator('.notice.good').innerText(), /Đã làm với/);
  const public_ = await visitor({ width: 360 });
  for (const { serial } of [one, two]) {
    await public_.open(`/y-kien/${serial}`);
    assert.match(await public_.page.locator('.voice.office').innerText(), /20\/12\/2026/);
  }
  public_.calm();
  await Promise.all([v.close(), approver.close(), public_.close()]);
});

for (const script of [true, false]) {
  test(`before sending, an answered opinion that is alike is shown once, script: ${script}`, async () => {
    const known = await sends('Xin cấp lại thẻ thư viện bị mất cần mang giấy gì?');
    const desk = await officer('can-bo');
    await answersIt(desk, known.serial, { answer: 'Ông/bà chỉ cần căn cước.' });
    const approver = await officer('nguoi-duyet');
    await publishesIt(approver, known.serial);
    const v = await visitor({ width: 360, script });
    await until('it is found', async () => {
      await v.open('/gop-y');
      await v.page.check('#field-land');
      await v.page.selectOption('#noi', '31507');
      await v.page.fill('#y-kien', 'Cho hỏi cap lai the thu vien bi mat thì mang giấy gì');
      await v.follow('main form[method=post] .btns button.btn >> nth=0');
      return (await v.page.locator('#truoc-khi-gui').count()) > 0;
    });
    const shown = v.page.locator('#truoc-khi-gui');
    assert.match(await shown.innerText(), /đã được trả lời/);
    await v.unfold(shown.locator('details').first());
    assert.match(await shown.innerText(), /chỉ cần căn cước/);
    assert.equal(await v.page.inputValue('#y-kien'), 'Cho hỏi cap lai the thu vien bi mat thì mang giấy gì', 'what was typed is there');
    await v.follow(shown.locator('button').last());
    assert.match(v.page.url(), /\/tra-cuu\//);
    v.calm();
    await Promise.all([desk.close(), approver.close(), v.close()]);
  });

  test(`who writes of bribery chooses between two roads, script: ${script}`, async () => {
    const v = await visitor({ width: 360, script });
    await goesToFaces(v);
    await v.page.check('#q-overall-1');
    await v.page.fill('#y-kien', 'Phải lót tay mới được nhận hồ sơ.');
    await v.follow('main form[method=post] .btns button.btn >> nth=0');
    const shown = v.page.locator('#truoc-khi-gui');
    assert.match(await shown.innerText(), /Gửi kín/);
    await v.follow(shown.locator('button[value=to-cao]'));
    assert.match(await v.page.locator('main').innerText(), /tố cáo/i);
    v.calm();
    await v.close();
  });
}

test('after a no somebody else in the office above answers in public', async () => {
  const { serial, code } = await sends('Đèn đường trong khu công nghiệp hỏng.', { field: 'investment', office: 'kcn' });
  const [desk, approver] = [await officer('kcn-can-bo'), await officer('kcn-duyet')];
  await answersIt(desk, serial, { answer: 'Sẽ xem.' });
  await publishesIt(approver, serial);
  const sender = await visitor({ width: 360, script: false });
  await sender.open(`/tra-cuu/${code}`);
  await sender.unfold(foldOf(sender, '#ly-do'));
  await sender.page.selectOption('#ly-do', 'not_done');
  await sender.follow('form:has(#ly-do) button');
  await sender.follow('section:has(#xem-lai) button');
  assert.match(await sender.page.locator('.notice.good').innerText(), /Đã gửi đề nghị xem lại/);

  const [higher, second] = [await officer('can-bo'), await officer('nguoi-duyet')];
  await higher.open('/can-bo?loc=appeals');
  await higher.follow(`main a[href="/can-bo/${serial}"]`);
  await higher.page.fill('#appeal', 'Đèn được thay trước ngày 30/11/2026.');
  await higher.follow('form[action$="/xem-lai"] button:not([name])');
  await desk.open(`/can-bo/${serial}`);
  assert.equal(await desk.page.locator('form[action$="/duyet-lai"]').count(), 0, 'it is not theirs');
  await second.open(`/can-bo/${serial}`);
  await second.follow('form[action$="/duyet-lai"] button[value=duyet]');
  await sender.open(`/y-kien/${serial}`);
  assert.match(await sender.page.locator('main').innerText(), /xem lại[\s\S]*30\/11\/2026/);
  await Promise.all([desk, approver, sender, higher, second].map((v) => v.close()));
});
