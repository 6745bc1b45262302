// What happens when something is missing, too long, too old or not what it
// seems: nothing typed is lost, and the page says what to do next.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { LANGUAGES, answersIt, fillsOpinion, findsAtDesk, foldOf, goesToFaces, officer, publishesIt, receipt, sendButton, sendsOpinion, visitor } from './support.mjs';

/** How each language says to press the button again. */
const AGAIN = { vi: /gửi|bấm/i, km: /ផ្ញើ|ចុច/, en: /\b(again|send|press)\b/i };
const EVERY_WAY = LANGUAGES.map((language, i) => ({ language, script: i > 0, width: i === 1 ? 360 : 1280 }));

/** Words for people: neither a key nor a place that was not filled. */
function sentence(text) {
  assert.ok(text.trim().length > 15 && !/^\s*[\w.]+\s*$|errors\.|%\{/.test(text), `a sentence: ${text}`);
}

/** The summary of faults: it is announced, and leads to a control that is there and in sight. */
async function summary(v) {
  const box = v.page.locator('.err-sum[role=alert]');
  assert.equal(await box.count(), 1, 'a summary');
  const links = box.locator('a');
  const messages = await links.allInnerTexts();
  assert.ok(messages.length > 0);
  messages.forEach(sentence);
  const anchors = await Promise.all((await links.all()).map((l) => l.getAttribute('href')));
  for (const anchor of anchors) {
    assert.equal(await v.page.locator(anchor).count(), 1, `${anchor} is there`);
    assert.ok(await v.page.locator(anchor).isVisible(), `${anchor} is in sight`);
  }
  assert.match(await v.page.title(), /^\S+[:៖] /, 'the title begins with the word for error');
  return { anchors: anchors.map((a) => a.slice(1)), messages };
}

for (const settings of EVERY_WAY) {
  const { language } = settings;
  const how = `in ${language}, ${settings.script ? 'with' : 'without'} script`;

  test(`a rating without a face comes back with everything typed, and the faces have the focus, ${how}`, async () => {
    const v = await visitor(settings);
    const { page } = v;
    await goesToFaces(v);
    const id = await page.inputValue('[name=submission_id]');
    await v.unfold(foldOf(v, '#q-time-3'));
    await page.check('#q-time-3');
    await page.check('#q-reasons-fee');
    await page.check('#q-reasons-place');
    await page.check('#ai-enterprise');
    await fillsOpinion(v, { text: 'Hai dòng.\n\nDòng thứ hai.', kind: 'question', email: 'a@example.vn', consent: ['survey'] });
    await page.fill('#phone', '0912 345 678');
    const response = await v.follow(sendButton(v));
    assert.equal(response.status(), 422);
    assert.deepEqual((await summary(v)).anchors, ['q-overall-5']);
    assert.equal(await v.focused(), 'q-overall-5');
    assert.ok(await page.locator('#q-overall-e').isVisible(), 'the sentence stands at the faces too');
    for (const checked of ['q-time-3', 'q-reasons-fee', 'q-reasons-place', 'ai-enterprise', 'loai-question', 'consent-survey']) {
      assert.ok(await page.locator(`#${checked}`).isChecked(), `${checked} is still chosen`);
      assert.ok(await page.locator(`#${checked}`).isVisible(), `${checked} is in sight`);
    }
    assert.equal(await page.locator('main :checked:not(option)').count(), 6, 'and nothing else is chosen');
    assert.equal(await page.inputValue('#y-kien'), 'Hai dòng.\n\nDòng thứ hai.');
    assert.equal(await page.inputValue('#email'), 'a@example.vn');
    assert.equal(await page.inputValue('#phone'), '0912 345 678');
    assert.equal(await page.inputValue('[name=submission_id]'), id, 'sending again stores once');
    assert.equal(await page.locator('html').getAttribute('lang'), language);
    await page.check('#q-overall-5');
    await v.follow(sendButton(v));
    await receipt(v);
    v.calm();
    await v.close();
  });

  test(`an empty opinion form comes back with each fault, and the first has the focus, ${how}`, async () => {
    const v = await visitor(settings);
    await v.open('/gop-y');
    const response = await v.follow(sendButton(v));
    assert.equal(response.status(), 422);
    assert.deepEqual((await summary(v)).anchors, ['field-land', 'noi', 'y-kien']);
    assert.equal(await v.focused(), 'field-land');
    v.calm();
    await v.close();
  });

  test(`a place that was not chosen is asked for, ${how}`, async () => {
    const v = await visitor(settings);
    await v.open('/khao-sat/phieu-quay?linh-vuc=land&thu-tuc=&buoc=3&noi=');
    assert.deepEqual((await summary(v)).anchors, ['noi']);
    assert.equal(await v.focused(), 'noi');
    v.calm();
    await v.close();
  });

  test(`a hundred thousand characters come back whole, with how many are too many, ${how}`, async () => {
    const v = await visitor(settings);
    const { page } = v;
    const text = { vi: 'Đường ngập. ', km: 'ផ្លូវលិចទឹក។', en: 'Much water. ' }[language].repeat(10_000).slice(0, 100_000).trim();
    await v.open('/gop-y');
    await page.check('#field-land');
    await page.selectOption('#noi', '31507');
    await page.fill('#y-kien', text);
    const response = await v.follow(sendButton(v));
    assert.equal(response.status(), 422);
    const { anchors, messages } = await summary(v);
    assert.deepEqual(anchors, ['y-kien']);
    assert.equal(await v.focused(), 'y-kien');
    assert.equal(await page.inputValue('#y-kien'), text);
    assert.match(messages[0].replace(/[.,]/g, ''), /4000/, 'the most that is taken');
    assert.match(messages[0].replace(/[.,]/g, ''), new RegExp(String(text.length - 4000)), 'how many are too many');
    await page.fill('#y-kien', text.slice(0, 3_999).trim());
    await v.follow(sendButton(v));
    await receipt(v);
    v.calm();
    await v.close();
  });

  test(`a forged form token keeps what was typed and says to press send again, ${how}`, async () => {
    const v = await visitor(settings);
    const { page } = v;
    const forge = () => page.locator('main form[method=post] [name=form_token]').first().evaluate((e) => (e.value = 'forged'));
    await goesToFaces(v);
    await page.check('#q-overall-1');
    await page.check('#q-reasons-trips');
    await fillsOpinion(v, { text: 'Phải đi lại ba lần.', email: 'a@example.vn', consent: ['answer'] });
    await forge();
    const response = await v.follow(sendButton(v));
    assert.equal(response.status(), 403);
    assert.match((await page.locator('.err-sum').innerText()), AGAIN[language]);
    for (const checked of ['q-overall-1', 'q-reasons-trips', 'consent-answer']) assert.ok(await page.locator(`#${checked}`).isChecked());
    assert.equal(await page.inputValue('#y-kien'), 'Phải đi lại ba lần.');
    assert.equal(await page.inputValue('#email'), 'a@example.vn');
    await v.follow(sendButton(v));
    await receipt(v);

    await v.open('/gop-y');
    await page.check('#field-other');
    await page.selectOption('#noi', '31507');
    await page.fill('#y-kien', 'Một ý kiến.');
    await forge();
    assert.equal((await v.follow(sendButton(v))).status(), 403);
    assert.match((await page.locator('.err-sum').innerText()), AGAIN[language]);
    assert.ok(await page.locator('#field-other').isChecked());
    assert.equal(await page.inputValue('#noi'), '31507');
    assert.equal(await page.inputValue('#y-kien'), 'Một ý kiến.');
    await v.follow(sendButton(v));
    await receipt(v);
    v.calm();
    await v.close();
  });

  test(`a page that stayed open until its cookie was gone is sent by pressing again, ${how}`, async () => {
    const v = await visitor(settings);
    await v.open('/gop-y');
    await v.page.check('#field-land');
    await v.page.selectOption('#noi', '31507');
    await v.page.fill('#y-kien', 'Để mở qua đêm.');
    await v.context.clearCookies();
    await v.context.addCookies([{ name: 'hd-lang', value: language, url: v.page.url() }]);
    assert.equal((await v.follow(sendButton(v))).status(), 403);
    assert.equal(await v.page.inputValue('#y-kien'), 'Để mở qua đêm.');
    await v.follow(sendButton(v));
    await receipt(v);
    v.calm();
    await v.close();
  });

  test(`a contact without consent is asked about, not used, ${how}`, async () => {
    const v = await visitor(settings);
    const { page } = v;
    await v.open('/gop-y');
    await page.check('#field-land');
    await page.selectOption('#noi', '31507');
    await fillsOpinion(v, { text: 'Xin trả lời cho tôi.', email: 'a@example.vn' });
    assert.equal((await v.follow(sendButton(v))).status(), 422);
    assert.deepEqual((await summary(v)).anchors, ['consent-answer']);
    assert.equal(await v.focused(), 'consent-answer');
    assert.equal(await page.locator('[name=consent]:checked').count(), 0, 'nothing is ticked for the sender');
    assert.equal(await page.inputValue('#email'), 'a@example.vn');
    await page.check('#consent-answer');
    await v.follow(sendButton(v));
    await receipt(v);
    v.calm();
    await v.close();
  });

  test(`an address and a number that can't be read are named each, ${how}`, async () => {
    const v = await visitor(settings);
    await v.open('/gop-y');
    await v.page.check('#field-land');
    await v.page.selectOption('#noi', '31507');
    await fillsOpinion(v, { text: 'Xin trả lời cho tôi.', email: 'a@', consent: ['answer'] });
    await v.page.fill('#phone', 'số của tôi');
    assert.equal((await v.follow(sendButton(v))).status(), 422);
    assert.deepEqual((await summary(v)).anchors, ['email', 'phone']);
    assert.equal(await v.focused(), 'email');
    assert.equal(await v.page.inputValue('#email'), 'a@');
    assert.equal(await v.page.inputValue('#phone'), 'số của tôi');
    v.calm();
    await v.close();
  });

  test(`a receipt code that nobody has, and none at all, come back with a sentence, ${how}`, async () => {
    const v = await visitor(settings);
    for (const [typed, status] of [['', 422], ['K7WM', 422], ['K7WM-3QPA-9TFX', 404], ['HD-999999', 404]]) {
      await v.open('/tra-cuu');
      await v.page.fill('#ma', typed);
      assert.equal((await v.follow('form[action="/tra-cuu"] button')).status(), status, typed);
      assert.deepEqual((await summary(v)).anchors, ['ma']);
      assert.equal(await v.focused(), 'ma');
      assert.equal(await v.page.inputValue('#ma'), typed);
    }
    v.calm();
    await v.close();
  });

  test(`a wrong password keeps the name, and says nothing about which of the two is wrong, ${how}`, async () => {
    const v = await visitor(settings);
    const say = async (login) => {
      await v.open('/dang-nhap');
      await v.page.fill('#login', login);
      await v.page.fill('#password', 'không phải');
      const response = await v.follow('form[action="/dang-nhap"] button');
      assert.ok(response.status() >= 400 && response.status() < 500);
      assert.equal(await v.page.inputValue('#login'), login);
      assert.equal(await v.page.inputValue('#password'), '');
      return (await summary(v)).messages;
    };
    assert.deepEqual(await say('giam-sat'), await say('khong-ai-ca'));
    v.calm();
    await v.close();
  });

  test(`days that are none, and an end before the beginning, come back with a sentence, ${how}`, async () => {
    const v = await visitor(settings);
    for (const [period, anchor] of [['from=hom-qua', 'tu'], ['to=32', 'den'], ['from=2026-05-01&to=2026-04-01', 'den']]) {
      assert.equal((await v.open(`/ket-qua?${period}`)).status(), 422, period);
      assert.deepEqual((await summary(v)).anchors, [anchor]);
    }
    v.calm();
    await v.close();
  });

  describe(`what an officer leaves out is named, and what was written stays, ${how}:`, () => {
    let v;
    let serial;
    before(async () => {
      const sender = await visitor(settings);
      ({ serial } = await sendsOpinion(sender, { text: 'Một ý kiến.' }));
      await sender.close();
      v = await officer('can-bo', settings);
    });
    after(() => v.close());
    for (const [move, field, text] of [
      ['chuyen', '#forward-note', 'Đã gọi điện.'],
      ['gop', '#into', 'HD-999999999'],
      ['tu-choi', '#refuse-note', 'Không phải việc của tỉnh.'],
      ['huong-dan', '#guidance', 'Xin gửi đến Thanh tra.'],
      ['giao'],
    ]) {
      test(move, async () => {
        await v.open(`/can-bo/${serial}`);
        const form = v.page.locator(`form[action$="/${move}"]`);
        await v.unfold(v.page.locator('details', { has: form }).last());
        if (field) await v.page.fill(field, text);
        assert.equal((await v.follow(form.locator('button'))).status(), 422);
        const { anchors } = await summary(v);
        for (const anchor of anchors) assert.equal(await form.locator(`#${anchor}`).count(), 1, `#${anchor} is in the form that was sent`);
        if (field) assert.equal(await v.page.inputValue(field), text);
        assert.ok((await v.page.inputValue('#question')).includes('Một ý kiến.'), 'the draft is untouched');
        v.calm();
      });
    }
    test('viet', async () => {
      await v.open(`/can-bo/${serial}`);
      await v.page.fill('#title', '');
      await v.page.fill('#question', 'Chữ đã che.');
      await v.page.fill('#answer', '');
      assert.equal((await v.follow('form[action$="/viet"] button:not([name])')).status(), 422);
      const { anchors } = await summary(v);
      assert.deepEqual(anchors, ['title', 'answer']);
      assert.equal(await v.focused(), 'title');
      assert.equal(await v.page.inputValue('#question'), 'Chữ đã che.');
      assert.equal(await v.page.inputValue('#title'), '', 'an emptied title stays empty');
      v.calm();
    });
  });

  test(`an approver who gives back without a reason is asked for it, ${how}`, async () => {
    const sender = await visitor(settings);
    const { serial } = await sendsOpinion(sender, { text: 'Một ý kiến.' });
    await sender.close();
    const author = await officer('can-bo', settings);
    await answersIt(author, serial, { answer: 'Một câu trả lời.' });
    await author.close();
    const v = await officer('nguoi-duyet', settings);
    await v.open(`/can-bo/${serial}`);
    await v.unfold(foldOf(v, 'button[value=tra-lai]'));
    await v.page.fill('#note', 'Xin viết rõ hơn.');
    assert.equal((await v.follow('button[value=tra-lai]')).status(), 422);
    await summary(v);
    assert.equal(await v.page.inputValue('#note'), 'Xin viết rõ hơn.');
    v.calm();
    await v.close();
  });

  test(`an address that is nowhere says so on a page of the site, ${how}`, async () => {
    const v = await visitor(settings);
    for (const address of ['/khong-co-trang-nay', '/y-kien/999999', '/tra-cuu/K7WM-3QPA-9TFX', '/khao-sat/khong-co']) {
      const response = await v.open(address);
      assert.equal(response.status(), 404, address);
      assert.equal(await v.page.locator('html').getAttribute('lang'), language, `${address} has a page in the visitor's language`);
      assert.equal(await v.page.locator('h1').count(), 1, `${address} says what is the matter`);
      sentence(await v.page.locator('.notice').innerText());
      assert.ok((await v.page.locator('main a[href="/"]').count()) > 0, `${address} leads on`);
    }
    v.calm();
    await v.close();
  });
}

test('HTML and Handlebars typed as text are shown as text, at every step', async () => {
  const nasty = '<script>alert(1)</script> <img src=x onerror=alert(2)> {{frame.form_token}} {{{frame.form_token}}} {{> parts/layout}} &lt;b&gt; %{n} </textarea><h1>Hết</h1>';
  const v = await visitor();
  const shown = async (v, where, selector = 'main') => {
    const all = (await v.page.locator(selector).allInnerTexts()).join('\n');
    assert.ok(all.includes(nasty), `${where} shows the text as it was typed:\n${all}`);
    assert.equal(await v.page.locator('main script, main img').count(), 0, `${where} has no element of it`);
    assert.equal(await v.page.locator('h1').count(), 1);
  };

  await v.open('/gop-y');
  await v.page.fill('#y-kien', nasty);
  await v.follow(sendButton(v));
  assert.equal(await v.page.inputValue('#y-kien'), nasty, 'a form that comes back has it as it was typed');
  const { serial, code } = await sendsOpinion(v, { text: nasty });
  await shown(v, 'the thanks page');

  const author = await officer('can-bo');
  assert.ok(await findsAtDesk(author, serial));
  await author.open(`/can-bo/${serial}`);
  await shown(author, 'the desk', 'section[aria-labelledby=goc]');
  assert.equal(await author.page.inputValue('#question'), nasty);
  await answersIt(author, serial, { title: '<b>{{title}}</b>', question: nasty, answer: nasty });
  await shown(author, 'what waits', 'section[aria-labelledby=duyet]');

  const approver = await officer('nguoi-duyet');
  await publishesIt(approver, serial);
  await v.open(`/y-kien/${serial}`);
  await shown(v, 'the public opinion', 'section[aria-labelledby=yk]');
  await shown(v, 'the public answer', '.voice.office');
  assert.equal((await v.page.locator('h1').innerText()).trim(), '<b>{{title}}</b>');
  assert.ok((await v.page.title()).startsWith('<b>{{title}}</b>'));
  await v.open('/y-kien');
  assert.equal(await v.page.locator(`main a[href="/y-kien/${serial}"]`).innerText(), '<b>{{title}}</b>');
  await v.open(`/tra-cuu/${code}`);
  await shown(v, "the sender's page", 'section[aria-labelledby=goc]');

  for (const [address, field] of [['/tra-cuu', '#ma'], ['/dang-nhap', '#login']]) {
    await v.open(address);
    await v.page.fill(field, '"><script>alert(3)</script>{{lang}}');
    await v.follow('main form[method=post] button');
    assert.equal(await v.page.inputValue(field), '"><script>alert(3)</script>{{lang}}');
    assert.equal(await v.page.locator('main script').count(), 0);
  }
  await v.open(`/khao-sat/phieu-quay?tim=${encodeURIComponent('"><script>alert(4)</script>{{lang}}')}`);
  assert.equal(await v.page.inputValue('#tim'), '"><script>alert(4)</script>{{lang}}');
  assert.equal(await v.page.locator('main script').count(), 0);
  for (const one of [v, author, approver]) {
    one.calm();
    await one.close();
  }
});
