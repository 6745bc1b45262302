// A sender checks that what they sent is in the public ledger: in their own
// browser, which believes nothing that does not fit; without script the server
// does it, and says so.

import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign as signData } from 'node:crypto';
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
    [{ ...opinion, index: null, checkpoint: null, proof: null }, 'Biên nhận này chưa có chỗ trong sổ'],
    [{ ...opinion, v: 2 }, 'Đây không phải là biên nhận'],
    [Array.from({ length: 11 }, () => opinion), 'Đây không phải là biên nhận'],
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

/** Hashes of RFC 6962. */
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const treeHash = (hashes) => {
  if (hashes.length === 1) return hashes[0];
  const half = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
  return sha256(Buffer.from([1]), treeHash(hashes.slice(0, half)), treeHash(hashes.slice(half)));
};
const proofOf = (hashes, index) => {
  if (hashes.length === 1) return [];
  const half = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
  const [left, right] = [hashes.slice(0, half), hashes.slice(half)];
  return index < half ? [...proofOf(left, index), treeHash(right)] : [...proofOf(right, index - half), treeHash(left)];
};

/** A log of our own, and its receipt for leaf 5 when it had `then` leaves. `tile` gives the hashes of a tile. */
function forgedLog(name, leaf, then, hashesThen, hashesNow, tile) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.concat([Buffer.from([1]), Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url')]);
  const id = sha256(Buffer.from(`${name}\n`), raw).subarray(0, 4);
  const note = (hashes) => {
    const text = `${name}\n${hashes.length}\n${treeHash(hashes).toString('base64')}\n`;
    return `${text}\n— ${name} ${Buffer.concat([id, signData(null, Buffer.from(text), privateKey)]).toString('base64')}\n`;
  };
  const proof = proofOf(hashesThen, 5).map((hash) => hash.toString('base64'));
  const receipt = { v: 1, origin: name, leaf: leaf.bytes.toString('base64'), salt: leaf.salt, text: leaf.text, index: 5, checkpoint: note(hashesThen), proof };
  const route = async (route) => {
    const path = new URL(route.request().url()).pathname;
    if (path.endsWith('ledger-key')) return route.fulfill({ body: `${name}+${id.toString('hex')}+${raw.toString('base64')}\n` });
    if (path.endsWith('/checkpoint')) return route.fulfill({ body: note(hashesNow) });
    const [, level, n] = /tile\/(\d)\/(\d{3})/.exec(path);
    return route.fulfill({ body: Buffer.concat(tile(Number(level), Number(n))) });
  };
  return { receipt, route };
}

test('a server that replaces an old line and shows it to nobody is found out', async () => {
  const text = 'Một việc.';
  const salt = Buffer.alloc(16, 7);
  const bytes = Buffer.from(JSON.stringify({ t: 'feedback', text: sha256(salt, Buffer.from(text)).toString('base64') }));
  const leaf = { bytes, salt: salt.toString('base64'), text };
  const honest = Array.from({ length: 1_000 }, (_, n) => sha256(Buffer.from([0]), n === 5 ? bytes : Buffer.from(`${n}`)));
  const replaced = honest.with ? honest.with(260, sha256(Buffer.from('x'))) : Object.assign([...honest], { 260: sha256(Buffer.from('x')) });
  const above = (hashes) => [0, 1, 2].map((n) => treeHash(hashes.slice(n * 256, (n + 1) * 256)));
  for (const [now, below, says] of [
    [honest, honest, GOOD.slice(1)],
    [replaced, replaced, ['Sổ hôm nay không chứa nguyên sổ lúc cấp biên nhận']],
    // The old hashes below, the new ones above.
    [replaced, honest, ['Sổ hôm nay không chứa nguyên sổ lúc cấp biên nhận']],
  ]) {
    const tile = (level, n) => (level === 0 ? below.slice(n * 256, (n + 1) * 256) : above(now));
    const { receipt, route } = forgedLog('ngoai.example/so-cong-khai', leaf, 300, honest.slice(0, 300), now, tile);
    await v.page.route('**/{hoidap-ledger-key,so-cong-khai/**}', route);
    assert.deepEqual(await asks(receipt), says);
    await v.page.unroute('**/{hoidap-ledger-key,so-cong-khai/**}');
  }
  v.calm();
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
    [{ ...opinion, index: null, checkpoint: null, proof: null }, ['Biên nhận này chưa có chỗ trong sổ']],
    ['[]', ['Đây không phải là biên nhận']],
    ['K7WM-3QPA-9TFX', ['Không có biên nhận nào mang mã này']],
  ]) {
    assert.deepEqual(await asks(receipt, plain), says);
  }
  await plain.close();
});
