// The whole loop, as people go through it: somebody rates and says what they
// think, two officers answer, and the answer is public and counted.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { WIDTHS, answersIt, classes, fillsOpinion, findsAtDesk, goesToFaces, officer, receipt, saidBefore, sendButton, sendsForm, until, visitor } from './support.mjs';

const SECRET = '0912 345 678';
const WORDS = {
  vi: {
    said: `Tôi chờ từ bảy giờ sáng đến trưa mới nộp được hồ sơ tách thửa. Xin gọi cho tôi số ${SECRET}.`,
    title: 'Chờ lâu khi nộp hồ sơ tách thửa',
    public: 'Tôi chờ từ bảy giờ sáng đến trưa mới nộp được hồ sơ tách thửa. Xin gọi cho tôi số [đã che].',
  },
  km: {
    said: `ខ្ញុំរង់ចាំតាំងពីព្រឹករហូតដល់ថ្ងៃត្រង់។ សូមទូរស័ព្ទមកលេខ ${SECRET}។`,
    title: 'ការរង់ចាំយូរពេលដាក់ឯកសារ',
    public: 'ខ្ញុំរង់ចាំតាំងពីព្រឹករហូតដល់ថ្ងៃត្រង់។ សូមទូរស័ព្ទមកលេខ [đã che]។',
  },
  en: {
    said: `I waited from seven in the morning until noon. Please call me at ${SECRET}.`,
    title: 'A long wait to hand in papers',
    public: 'I waited from seven in the morning until noon. Please call me at [đã che].',
  },
};
const ANSWER = 'Chúng tôi đã xem lại và xin lỗi ông/bà.\n\nTừ thứ Hai tới, bộ phận một cửa mở thêm một bàn nhận hồ sơ.';

const RUNS = [
  { language: 'vi', script: false },
  { language: 'km', script: true },
  { language: 'en', script: true },
];

for (const run of RUNS) {
  for (const width of WIDTHS) {
    describe(`in ${run.language}, ${run.script ? 'with' : 'without'} script, ${width} px wide`, () => loop({ ...run, width }));
  }
}

function loop(settings) {
  const words = WORDS[settings.language];
  const email = `nguoi-gui-${settings.language}-${settings.width}@example.vn`;
  let before;
  let sent;
  let sender;

  test('a service is rated in three steps, and the opinion goes with it', async () => {
    sender = await visitor(settings);
    before = await classes(sender);
    await goesToFaces(sender);
    await sender.page.check('#q-overall-2');
    await sender.page.check('#q-reasons-time');
    await sender.page.check('#q-reasons-place');
    await fillsOpinion(sender, { text: words.said, kind: 'report', email, consent: ['answer', 'ask'] });
    // Twice, as impatient people press; once more where something alike has been answered.
    await sendButton(sender).dblclick();
    await sender.page.locator('span.code, #truoc-khi-gui').first().waitFor();
    if ((await saidBefore(sender).count()) > 0) await saidBefore(sender).last().dblclick();
    await sender.page.locator('span.code').waitFor();
    sent = await receipt(sender);
    sender.calm();
  });

  test('the thanks page has serial, receipt code, due date, why, and a QR code', async () => {
    const { page } = sender;
    assert.equal(await page.locator('html').getAttribute('lang'), settings.language);
    assert.equal(await page.locator('a.code').getAttribute('href'), `/y-kien/${sent.serial}`);
    assert.match(sent.code, /^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/);
    const due = await page.locator('.notice time').getAttribute('datetime');
    assert.ok(new Date(due) > new Date(), `${due} is still to come`);
    const why = page.locator('details.item[open]');
    assert.match(await why.innerText(), /\b15\b/, 'it says how many working days');
    assert.equal(await why.locator('table.cal').count(), 1, 'it counts them in a calendar');
    assert.equal(await why.locator('summary time').getAttribute('datetime'), due);
    const qr = page.locator('svg[role=img]');
    assert.ok(await qr.isVisible());
    assert.ok((await qr.getAttribute('aria-label')).length > 5);
    const rated = await page.locator('section[aria-labelledby=phieu] dd').allInnerTexts();
    assert.equal(rated.length, 2, 'the rating and its reasons');
    assert.ok(rated[1].includes(';'), 'both reasons');
  });

  test('a double click stores once', async () => {
    const now = await classes(sender);
    assert.equal(now.received, before.received + 1);
    assert.equal(now.open, before.open + 1);
  });

  test('pressing Back and sending again gives the same serial', async () => {
    const v = await visitor(settings);
    await goesToFaces(v);
    await v.page.check('#q-overall-4');
    await fillsOpinion(v, { text: words.said });
    await v.follow(sendButton(v));
    const told = (await saidBefore(v).count()) > 0;
    if (told) await v.follow(saidBefore(v).last());
    const first = await receipt(v);
    // Over the page that only told, which no browser keeps.
    await v.leads(() => v.page.evaluate((pages) => history.go(-pages), told ? 2 : 1));
    // A browser that forgot what was typed gets it again.
    await v.page.check('#q-overall-4');
    await v.page.fill('#y-kien', words.said);
    await sendsForm(v);
    assert.deepEqual(await receipt(v), first);
    await v.close();
  });

  test('the receipt code leads back to it, however it is typed', async () => {
    const v = await visitor(settings);
    await v.open('/tra-cuu');
    await v.page.fill('#ma', ` ${sent.code.toLowerCase().replaceAll('-', ' ')} `);
    await v.follow('form[action="/tra-cuu"] button');
    assert.equal(new URL(v.page.url()).pathname, `/tra-cuu/${sent.code}`);
    assert.ok((await v.page.locator('section[aria-labelledby=goc]').innerText()).includes(words.said));
    v.calm();
    await v.close();
  });

  test('the number leads to the public page, which does not have the words yet', async () => {
    const v = await visitor(settings);
    for (const typed of [sent.id, String(sent.serial)]) {
      await v.open('/tra-cuu');
      await v.page.fill('#ma', typed);
      await v.follow('form[action="/tra-cuu"] button');
      assert.equal(new URL(v.page.url()).pathname, `/y-kien/${sent.serial}`);
    }
    const all = await v.page.content();
    for (const hidden of [words.said, SECRET, sent.code, email]) assert.ok(!all.includes(hidden), `the page holds ${hidden}`);
    v.calm();
    await v.close();
  });

  test('an officer finds it at the desk, writes the answer and hands it in, and can not approve it', async () => {
    const author = await officer('can-bo', settings);
    assert.ok(await findsAtDesk(author, sent.serial), 'it is in the list');
    await author.follow(`main a[href="/can-bo/${sent.serial}"]`);
    assert.ok((await author.page.locator('section[aria-labelledby=goc]').innerText()).includes(words.said));
    await answersIt(author, sent.serial, { title: words.title, question: words.public, answer: ANSWER });
    assert.equal(new URL(author.page.url()).pathname, `/can-bo/${sent.serial}`);
    assert.equal(await author.page.locator('button[value=duyet]').count(), 0, 'no button to approve');
    assert.equal(await author.page.locator('form[action$="/viet"]').count(), 0, 'nothing more to write');
    assert.ok(await author.page.locator('section[aria-labelledby=duyet]').isVisible(), 'what waits is shown');
    // Nor by hand.
    const form_token = await author.page.locator('input[name=form_token]').first().inputValue();
    const forced = await author.context.request.post(`/can-bo/${sent.serial}/duyet`, { form: { form_token, viec: 'duyet' } });
    assert.equal(forced.status(), 403);
    author.calm();
    await author.close();
  });

  test('another person sees original and public text beside each other, and publishes', async () => {
    const approver = await officer('nguoi-duyet', settings);
    assert.ok(await findsAtDesk(approver, sent.serial, 'approve'), 'it waits for approval');
    await approver.follow(`main a[href="/can-bo/${sent.serial}"]`);
    const texts = approver.page.locator('section[aria-labelledby=duyet] .split .voice');
    const [original, open] = await texts.allInnerTexts();
    assert.ok(original.includes(words.said));
    assert.ok(open.includes(words.public) && open.includes(words.title) && !open.includes(SECRET));
    await approver.follow('button[value=duyet]');
    assert.equal(new URL(approver.page.url()).pathname, `/can-bo/${sent.serial}`);
    assert.ok((await approver.page.locator('.voice.office').innerText()).includes('mở thêm một bàn nhận hồ sơ'));
    approver.calm();
    await approver.close();
  });

  test('the public page shows opinion and answer, and nothing of the sender', async () => {
    const v = await visitor(settings);
    await v.open(`/y-kien/${sent.serial}`);
    assert.equal((await v.page.locator('h1').innerText()).trim(), words.title);
    assert.ok((await v.page.locator('section[aria-labelledby=yk]').innerText()).includes(words.public));
    for (const line of ANSWER.split('\n\n')) assert.ok((await v.page.locator('.voice.office').innerText()).includes(line));
    const all = await v.page.content();
    for (const hidden of [SECRET, sent.code, email, 'Lâm Mỹ Duyên', 'Trần Quốc Bảo']) assert.ok(!all.includes(hidden), `the page holds ${hidden}`);
    await v.open('/y-kien');
    assert.equal(await v.page.locator(`main a[href="/y-kien/${sent.serial}"]`).first().innerText(), words.title);
    v.calm();
    await v.close();
  });

  test('the sender reads the answer with the receipt code', async () => {
    await sender.open(`/tra-cuu/${sent.code}`);
    const { page } = sender;
    assert.ok((await page.locator('.voice.office').innerText()).includes('mở thêm một bàn nhận hồ sơ'));
    assert.ok((await page.locator('section[aria-labelledby=goc]').innerText()).includes(words.said));
    sender.calm();
    await sender.close();
  });

  test('the sender is written to when it is received and when it is answered', async () => {
    const v = await officer('can-bo', settings);
    const letters = v.page.locator('main li', { hasText: email }).filter({ hasText: sent.id });
    await until('two letters to the sender', async () => {
      await v.open('/can-bo/thu');
      return (await letters.count()) === 2;
    });
    await v.follow(letters.first().locator('a'));
    const letter = await v.page.locator('main').innerText();
    assert.match(letter, new RegExp(`/y-kien/(HD-0*)?${sent.serial}\\b`));
    assert.ok(!letter.includes(sent.code), 'a receipt code never goes by mail');
    v.calm();
    await v.close();
  });

  test('the results count it as answered on time, and the classes add up', async () => {
    const v = await visitor(settings);
    const now = await classes(v);
    assert.equal(now.onTime, before.onTime + 1);
    for (const c of [before, now]) assert.equal(c.onTime + c.late + c.open + c.overdue + c.out.reduce((a, b) => a + b, 0), c.received);
    assert.ok((await v.page.locator('section[aria-labelledby="y-kien"] .lead').innerText()).includes('='));
    v.calm();
    await v.close();
  });
}
