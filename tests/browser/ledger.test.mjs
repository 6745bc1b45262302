// A sender checks that what they sent is in the public ledger: in their own
// browser, which believes nothing that does not fit; without script the server
// does it, and says so.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { fillsOpinion, goesToFaces, receipt, sendButton, until, visitor } from './support.mjs';

const GOOD = ['Phiếu đánh giá của ông/bà có trong sổ và không bị sửa', 'Ý kiến của ông/bà có trong sổ và không bị sửa'];

let v;
let sent;
/** The receipts of the ledger, as the sender keeps them. */
let kept;

before(async () => {
  v = await visitor();
  await goesToFaces(v);
  await v.page.check('#q-overall-2');
  await fillsOpinion(v, { text: 'Chờ ở quầy hai giờ, ghế “hỏng”.' });
  await v.follow(sendButton(v));
  sent = await receipt(v);
  kept = await until('the ledger has a line for it', async () => {
    const receipts = await (await v.page.request.get(`/api/v1/receipts/${sent.code}/ledger`)).json();
    return receipts.every((r) => r.index !== null) && receipts;
  });
});
after(() => v.close());

/** The headings of what is said, once something is. */
async function verdicts(where = v) {
  const found = where.page.locator('#ket-qua h3');
  await found.first().waitFor();
  return found.allInnerTexts();
}

/** Pastes a receipt, or types a code, at the ledger's page. */
async function asks(text, where = v) {
  await where.open('/so-cong-khai');
  await where.page.fill('#bien-nhan', typeof text === 'string' ? text : JSON.stringify(text, null, 2));
  await where.page.click('form[data-check] button');
  return verdicts(where);
}

/** While something stands between the browser and the server. */
async function between(address, answer, check) {
  await v.page.route(address, answer);
  try {
    await check();
  } finally {
    await v.page.unroute(address);
    // A browser says what it could not load.
    v.complaints.length = 0;
  }
}

test("the sender's page says the lines, and the browser checks them without the server's word", async () => {
  const asked = [];
  v.page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await v.open(`/tra-cuu/${sent.code}`);
  assert.match(await v.page.locator('section[aria-labelledby=so]').innerText(), /Ý kiến của ông\/bà là dòng số [\d.]+\./);
  asked.length = 0;
  await v.page.click('form[data-check] button');
  assert.deepEqual(await verdicts(), GOOD);
  const said = await v.page.locator('#ket-qua').innerText();
  assert.match(said, /Dòng số [\d.]+ trong sổ có [\d.]+ dòng\./);
  assert.match(said, /Trình duyệt của ông\/bà tự tính ra/);
  assert.ok(!said.includes('{'), said);
  assert.ok(asked.every((request) => request.startsWith('GET ')), asked.join('\n'));
  for (const read of ['/.well-known/hoidap-ledger-key', '/so-cong-khai/checkpoint']) assert.ok(asked.includes(`GET ${read}`), read);
  assert.ok(asked.some((request) => request.startsWith('GET /so-cong-khai/tile/0/')), asked.join('\n'));
  assert.equal(await v.page.evaluate(() => document.activeElement.id), 'ket-qua', 'a screen reader is led to it');
  v.calm();
});

test('a code is typed, or a whole file is pasted', async () => {
  assert.deepEqual(await asks(sent.code.toLowerCase().replaceAll('-', ' ')), GOOD);
  assert.deepEqual(await asks(kept), GOOD);
  assert.deepEqual(await asks(kept[1]), GOOD.slice(1));
  v.calm();
});

test('what was changed in a receipt is found', async () => {
  const [rating, opinion] = kept;
  const leaf = (of) => JSON.parse(Buffer.from(of.leaf, 'base64'));
  const relined = Buffer.from(JSON.stringify({ ...leaf(opinion), serial: 1 })).toString('base64');
  const forged = [
    [{ ...opinion, text: 'Chờ ở quầy hai phút, ghế êm.' }, 'Nội dung không khớp với dòng trong sổ'],
    [{ ...rating, opened: { ...rating.opened, ratings: { overall: 5 } } }, 'Nội dung không khớp với dòng trong sổ'],
    [{ ...rating, leaf: opinion.leaf }, 'Nội dung không khớp với dòng trong sổ'],
    [{ ...opinion, leaf: relined }, 'Dòng này không có trong sổ'],
    [{ ...opinion, index: rating.index }, 'Dòng này không có trong sổ'],
    [{ ...opinion, proof: opinion.proof.slice(1) }, 'Dòng này không có trong sổ'],
    [{ ...opinion, checkpoint: opinion.checkpoint.replace(/\n\d+\n/, '\n999999\n') }, 'Chữ ký của sổ không đúng'],
    [{ ...opinion, origin: 'khac.example/so-cong-khai' }, 'Biên nhận này của một sổ khác'],
    [{ ...opinion, salt: null }, 'Nội dung đã được xóa theo yêu cầu'],
    [{ ...opinion, index: null, checkpoint: null, proof: null }, 'Chưa có dòng nào trong sổ cho biên nhận này'],
    [{ ...opinion, v: 2 }, 'Đây không phải là biên nhận'],
    ['[]', 'Đây không phải là biên nhận'],
    ['{"v":1', 'Đây không phải là biên nhận'],
    ['K7WM', 'Đây không phải là biên nhận'],
  ];
  for (const [receipt, says] of forged) assert.deepEqual(await asks(receipt), [says], JSON.stringify(receipt));
  v.calm();
  assert.deepEqual(await asks('K7WM-3QPA-9TFX'), ['Không có biên nhận nào mang mã này']);
  v.complaints.length = 0;
});

test('a server that lies is found out', async () => {
  const altered = (change) => async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: change(await answer.body()) });
  };
  const flip = (body) => {
    body[body.length - 1] ^= 1;
    return body;
  };
  await between('**/so-cong-khai/tile/**', altered(flip), async () => assert.notDeepEqual(await asks(kept), GOOD));
  const swapped = altered((body) => body.toString().replace(/\n.{43}=\n/, `\n${'A'.repeat(43)}=\n`));
  await between('**/so-cong-khai/checkpoint', swapped, async () => assert.deepEqual(await asks(kept), ['Chữ ký của sổ không đúng']));
  const otherKey = altered(() => 'khac.example/so-cong-khai+832c2107+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n');
  await between('**/hoidap-ledger-key', otherKey, async () => assert.deepEqual(await asks(kept), ['Chữ ký của sổ không đúng']));
  await between('**/so-cong-khai/checkpoint', (route) => route.abort(), async () => assert.deepEqual(await asks(kept), ['Chưa đọc được sổ']));
});

test('without script the server checks, and says that it was the server', async () => {
  const plain = await visitor({ script: false });
  await plain.open(`/tra-cuu/${sent.code}`);
  await plain.follow('form[data-check] button');
  assert.equal(new URL(plain.page.url()).pathname, '/so-cong-khai', 'the code is in no address');
  assert.deepEqual(await verdicts(plain), GOOD);
  assert.match(await plain.page.locator('#ket-qua').innerText(), /Máy chủ đã kiểm tra giúp ông\/bà/);
  const [, opinion] = kept;
  for (const [receipt, says] of [
    [kept, GOOD],
    [{ ...opinion, text: 'Khác.' }, ['Nội dung không khớp với dòng trong sổ']],
    [{ ...opinion, index: 0 }, ['Dòng này không có trong sổ']],
    [{ ...opinion, checkpoint: 'x' }, ['Chữ ký của sổ không đúng']],
    [{ ...opinion, origin: 'x' }, ['Biên nhận này của một sổ khác']],
    [{ ...opinion, salt: null }, ['Nội dung đã được xóa theo yêu cầu']],
    [{ ...opinion, index: null, checkpoint: null, proof: null }, ['Chưa có dòng nào trong sổ cho biên nhận này']],
    ['[]', ['Đây không phải là biên nhận']],
    ['K7WM-3QPA-9TFX', ['Không có biên nhận nào mang mã này']],
  ]) {
    assert.deepEqual(await asks(receipt, plain), says);
  }
  await plain.close();
});
