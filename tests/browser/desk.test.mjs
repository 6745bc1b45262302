// An officer's day: what is typed is saved by itself, a sender who is asked for
// more adds it, and what identifies people is proposed to be covered.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answersIt, foldOf, officer, publishesIt, sendsOpinion, until, visitor } from './support.mjs';

const sends = async (text) => {
  const v = await visitor();
  const sent = await sendsOpinion(v, { text });
  await v.close();
  return sent;
};

const said = (v) => v.page.locator('#tu-luu').innerText();

test('what is typed is saved by itself, and handing it in waits for that', async () => {
  const { serial } = await sends('Quầy đóng cửa sớm.');
  const v = await officer('can-bo');
  await v.open(`/can-bo/${serial}`);
  await v.page.fill('#answer', 'Đã nhắc cán bộ trực quầy.');
  await until('it says so', async () => (await said(v)).includes('Đã tự lưu nháp'));
  const other = await officer('can-bo');
  await other.open(`/can-bo/${serial}`);
  assert.equal(await other.page.inputValue('#answer'), 'Đã nhắc cán bộ trực quầy.');

  // Typed once more and handed in at once.
  await v.page.fill('#answer', 'Đã nhắc cán bộ trực quầy, từ nay đóng cửa đúng giờ.');
  await v.follow('form[action$="/viet"] button:not([name])');
  assert.equal(await v.page.locator('.notice.good').count(), 1, 'it was taken');

  // The other one, whose page is older, is told, and loses nothing.
  await other.page.fill('#answer', 'Bản của người khác.');
  await until('it says that it could not', async () => (await said(other)).includes('Chưa tự lưu được'));
  assert.equal(await other.page.inputValue('#answer'), 'Bản của người khác.');
  v.calm();
  await Promise.all([v.close(), other.close()]);
});

test('two people who have the same opinion open see each other', async () => {
  const { serial } = await sends('Quầy số 2 đóng cửa.');
  const [one, two] = [await officer('can-bo'), await officer('can-bo-2')];
  await one.open(`/can-bo/${serial}`);
  await two.open(`/can-bo/${serial}`);
  const also = (v) => v.page.locator('#cung-mo').innerText();
  await until('the second sees the first', async () => (await also(two)).includes('Lâm Mỹ Duyên'));
  await one.open(`/can-bo/${serial}`);
  assert.match(await also(one), /Thạch Sô Phia/, 'without waiting');
  one.calm();
  await Promise.all([one.close(), two.close()]);
});

test('without a connection it says so, and saves when it is back', async () => {
  const { serial } = await sends('Quầy thiếu ghế.');
  const v = await officer('can-bo');
  await v.open(`/can-bo/${serial}`);
  await v.context.setOffline(true);
  await v.page.fill('#answer', 'Đã kê thêm ghế.');
  await until('it says so', async () => (await said(v)).includes('mất kết nối'));
  await v.context.setOffline(false);
  await until('it is saved', async () => (await said(v)).includes('Đã tự lưu nháp'));
  await v.close();
});

test('whose session has ended is told that nothing was saved, and loses no word', async () => {
  const { serial } = await sends('Quầy thiếu nước.');
  const v = await officer('can-bo');
  await v.open(`/can-bo/${serial}`);
  await v.context.clearCookies();
  await v.page.fill('#answer', 'Đã đặt bình nước.');
  await until('it says that it could not', async () => (await said(v)).includes('Chưa tự lưu được'));
  assert.equal(await v.page.inputValue('#answer'), 'Đã đặt bình nước.');
  const again = await officer('can-bo');
  await again.open(`/can-bo/${serial}`);
  assert.equal(await again.page.inputValue('#answer'), '', 'nothing was saved');
  await Promise.all([v.close(), again.close()]);
});

for (const script of [true, false]) {
  test(`a sender is asked, adds it, and says whether the answer helped, script: ${script}`, async () => {
    const { serial, code } = await sends('Bao giờ tôi có sổ? Gọi 0912 345 678.');
    const v = await officer('can-bo', { script });
    await v.open(`/can-bo/${serial}`);
    assert.equal(await v.page.locator('mark', { hasText: '0912 345 678' }).count(), 1);
    assert.match(await v.page.inputValue('#question'), /\[đã che: số điện thoại\]/);
    await v.unfold(foldOf(v, '#request'));
    await v.page.fill('#request', 'Thửa đất số mấy?');
    await v.follow('form[action$="/hoi-them"] button');

    const sender = await visitor({ width: 360, script });
    await sender.open(`/tra-cuu/${code}`);
    await sender.page.fill('#bo-sung', 'Thửa 12.');
    await sender.follow('form:has(#bo-sung) .btns button');
    assert.match(await sender.page.locator('.notice.good').innerText(), /Đã nhận phần bổ sung/);

    await answersIt(v, serial, { answer: 'Ngày 15.' });
    const approver = await officer('nguoi-duyet', { script });
    await publishesIt(approver, serial);
    await sender.open(`/tra-cuu/${code}`);
    await sender.unfold(foldOf(sender, '#ly-do'));
    await sender.follow('form:has(#ly-do) button');
    assert.match(await sender.page.locator('.err, .faults, [role=alert]').first().innerText(), /lý do/i, 'a no has a reason');
    await sender.page.selectOption('#ly-do', 'not_done');
    await sender.follow('form:has(#ly-do) button');
    assert.match(await sender.page.locator('.notice.good').innerText(), /Cảm ơn/);
    sender.calm();
    await Promise.all([v.close(), sender.close(), approver.close()]);
  });
}
