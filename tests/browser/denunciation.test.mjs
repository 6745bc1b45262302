// A denunciation is its receiver's alone: not the public's, not the officer's,
// not the head's, not the administrator's.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { classes, fillsOpinion, findsAtDesk, foldOf, goesToFaces, officer, receipt, sendButton, sendsOpinion, visitor } from './support.mjs';

const WORDS = 'Cán bộ K. đòi tôi mười triệu đồng để ký hồ sơ.';
/** What nobody but the receiver may see: the words, the field, the office. */
const HIDDEN = [WORDS, 'mười triệu', 'Xây dựng', 'Ngã Năm', 'to-giac@example.vn'];

let sent;
let counted;

before(async () => {
  const v = await visitor();
  counted = await classes(v);
  await goesToFaces(v, { field: 'construction', office: await officeCalled(v, 'Ngã Năm') });
  await v.page.check('#q-overall-1');
  await fillsOpinion(v, { text: WORDS, kind: 'denunciation', email: 'to-giac@example.vn', consent: ['answer'] });
  await v.follow(sendButton(v));
  sent = await receipt(v);
  await v.close();
});

async function officeCalled(v, name) {
  await v.open('/gop-y');
  return v.page.locator('#noi option', { hasText: name }).first().getAttribute('value');
}

/** What the main part of a page holds of what must stay hidden. The filters of a list name every field and office. */
const holds = async (v, selector = 'main') => {
  const all = (await v.page.locator(selector).evaluateAll((parts) => parts.map((p) => p.outerHTML))).join('\n');
  return HIDDEN.filter((word) => all.includes(word));
};

test('the sender is told that it is sealed, and sees the words with the receipt code alone', async () => {
  const v = await visitor();
  await v.open(`/tra-cuu/${sent.code}`);
  assert.ok((await v.page.locator('section[aria-labelledby=goc]').innerText()).includes(WORDS));
  v.calm();
  await v.close();
});

for (const language of ['vi', 'km', 'en']) {
  test(`the public page shows neither words nor field nor office, in ${language}`, async () => {
    const v = await visitor({ language });
    const response = await v.open(`/y-kien/${sent.serial}`);
    assert.equal(response.status(), 200, 'that it was received is public');
    const everywhere = await v.page.content();
    const also = language === 'en' ? ['Construction'] : [];
    for (const hidden of [...HIDDEN, ...also, 'báo giá', '31507']) assert.ok(!everywhere.includes(hidden), `the page holds ${hidden}`);
    assert.equal(await v.page.locator('.item.shell').count(), 1, 'a shell with the ground');
    assert.equal(await v.page.locator('.voice').count(), 0);
    assert.equal(await v.page.locator('.timeline li').count() > 1, false, 'no history that would tell the office');
    v.calm();
    await v.close();
  });
}

test('the public list has it without words, field or office, and no filter finds it', async () => {
  const v = await visitor();
  await v.open('/y-kien');
  const card = v.page.locator('article', { has: v.page.locator(`a[href="/y-kien/${sent.serial}"]`) });
  assert.equal(await card.count(), 1, 'it is in the whole list');
  assert.deepEqual(await holds(v, `article:has(a[href="/y-kien/${sent.serial}"])`), []);
  const office = await v.page.locator('#loc-co-quan option', { hasText: 'Ngã Năm' }).first().getAttribute('value');
  for (const filter of ['linh-vuc=construction', `co-quan=${office}`, 'loai=complaint', 'loai=denunciation&linh-vuc=construction']) {
    await v.open(`/y-kien?${filter}`);
    assert.equal(await v.page.locator(`main a[href="/y-kien/${sent.serial}"]`).count(), 0, filter);
  }
  v.calm();
  await v.close();
});

test('the results count it as sealed for all offices together', async () => {
  const v = await visitor();
  const now = await classes(v);
  assert.equal(now.received, counted.received + 1);
  assert.equal(now.out[4], counted.out[4] + 1, 'sealed');
  v.calm();
  await v.close();
});

for (const login of ['can-bo', 'can-bo-2', 'nguoi-duyet', 'lanh-dao', 'giam-sat', 'du-lieu', 'thiet-ke', 'tai-quay', 'quan-tri', 'kcn-can-bo', 'kcn-duyet']) {
  test(`${login} does not find it`, async () => {
    const v = await officer(login);
    const desk = await v.open('/can-bo');
    if (desk.status() === 200) {
      const tabs = await v.page.locator('.pager a[href*="loc="]').evaluateAll((links) => links.map((a) => new URL(a.href).searchParams.get('loc')));
      assert.ok(!tabs.includes('sealed'), 'no list of denunciations');
      for (const tab of tabs) assert.ok(!(await findsAtDesk(v, sent.serial, tab)), `it is not in ${tab}`);
      assert.ok(!(await findsAtDesk(v, sent.serial, 'sealed')), 'nor by the address of the list');
    }
    for (const serial of [sent.serial, sent.id]) {
      const response = await v.open(`/can-bo/${serial}`);
      assert.ok([403, 404].includes(response.status()), `it does not open: ${response.status()}`);
      assert.deepEqual(await holds(v, 'body'), []);
    }
    await v.open('/tra-cuu');
    const form_token = await v.page.inputValue('[name=form_token]');
    for (const move of ['nhan', 'viet', 'duyet', 'chuyen', 'tu-choi', 'huong-dan', 'to-cao', 'xac-nhan', 'khoi-phuc']) {
      const forced = await v.context.request.post(`/can-bo/${sent.serial}/${move}`, { form: { form_token, to: '31507', note: 'x', title: 'x', question: 'x', answer: 'x', ground: 'x', reason: 'x' }, maxRedirects: 0 });
      assert.ok([403, 404].includes(forced.status()), `${move} is refused: ${forced.status()}`);
    }
    v.calm();
    await v.close();
  });
}

test('no letter tells what is in it', async () => {
  const v = await officer('can-bo');
  await v.open('/can-bo/thu');
  const letters = await v.page.locator('main li', { hasText: sent.id }).locator('a').evaluateAll((links) => links.map((a) => a.getAttribute('href')));
  for (const letter of letters) {
    await v.open(letter);
    // The letter to the sender goes to their address, which is where they asked for it.
    const told = (await holds(v)).filter((word) => !word.includes('@'));
    assert.deepEqual(told, [], await v.page.locator('main').innerText());
  }
  v.calm();
  await v.close();
});

test('the receiver finds it, and reads words, field and office', async () => {
  const v = await officer('to-cao');
  assert.ok(await findsAtDesk(v, sent.serial, 'sealed'));
  assert.deepEqual(await holds(v, `tr:has(a[href="/can-bo/${sent.serial}"])`), [], 'the list itself tells nothing');
  await v.follow(`main a[href="/can-bo/${sent.serial}"]`);
  const all = await v.page.locator('main').innerText();
  for (const word of [WORDS, 'Xây dựng', 'Ngã Năm']) assert.ok(all.includes(word), word);
  assert.equal(await v.page.locator('form[action$="/xac-nhan"]').count(), 1, 'and can confirm the seal');
  v.calm();
  await v.close();
});

test('what an officer seals is gone from the public and from the desk at once', async () => {
  const v = await visitor();
  const { serial } = await sendsOpinion(v, { field: 'construction', office: await officeCalled(v, 'Ngã Năm'), text: WORDS });
  const author = await officer('can-bo');
  await author.open(`/can-bo/${serial}`);
  await author.unfold(foldOf(author, 'form[action$="/to-cao"]'));
  await author.follow('form[action$="/to-cao"] button');
  assert.equal((await author.open(`/can-bo/${serial}`)).status(), 404);
  assert.ok(!(await findsAtDesk(author, serial)));
  await v.open(`/y-kien/${serial}`);
  assert.deepEqual(await holds(v, 'body'), []);
  assert.equal(await v.page.locator('.timeline').count(), 0);
  const receiver = await officer('to-cao');
  assert.ok(await findsAtDesk(receiver, serial, 'sealed'));
  await receiver.open(`/can-bo/${serial}`);
  assert.ok((await receiver.page.locator('main').innerText()).includes(WORDS));
  for (const one of [v, author, receiver]) {
    one.calm();
    await one.close();
  }
});
