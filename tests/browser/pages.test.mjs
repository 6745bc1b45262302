// Every page, in three languages, on a phone and on a desk: anybody can use
// it, it asks nobody else for anything, and it needs no script.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';

import { TABLET } from './person.mjs';
import { LANGUAGES, WIDTHS, answersIt, fillsOpinion, goesToFaces, officer, publishesIt, receipt, sendButton, sendsOpinion, site, tablet, visitor } from './support.mjs';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const LARGEST = 30 * 1024;

/** The addresses of pages that exist only once their items do. */
const found = {};

/** Who opens which pages. A page that may not be built yet is `later`: it is left out while it answers 404. */
const PUBLIC = [
  ['the home page', () => '/'],
  ['the fields to rate', () => '/khao-sat/phieu-quay'],
  ['procedures that were searched for', () => '/khao-sat/phieu-quay?tim=dat'],
  ['a search that finds nothing', () => '/khao-sat/phieu-quay?tim=khongcothutucnay'],
  ['the places to rate', () => '/khao-sat/phieu-quay?linh-vuc=land'],
  ['a place that was not chosen', () => '/khao-sat/phieu-quay?linh-vuc=land&buoc=3&noi=', 422],
  ['the faces', () => '/khao-sat/phieu-quay?linh-vuc=land&noi=31507'],
  ['the faces with five factors', () => '/khao-sat/sipas-5-yeu-to?linh-vuc=land&noi=31507'],
  ['the opinion form', () => '/gop-y'],
  ['the look-up', () => '/tra-cuu'],
  ['the thanks page', () => `/tra-cuu/${found.waiting.code}?cam-on=1`],
  ['the thanks page of a denunciation', () => `/tra-cuu/${found.denunciation.code}?cam-on=1`],
  ["the sender's page with its answer", () => `/tra-cuu/${found.answered.code}`],
  ['the list of opinions', () => '/y-kien'],
  ['the list of what is overdue', () => '/y-kien?tinh-trang=overdue'],
  ['a list with nothing in it', () => '/y-kien?linh-vuc=land&tinh-trang=spam&loai=praise&co-quan=31507'],
  ['an answered opinion', () => `/y-kien/${found.answered.serial}`],
  ['an opinion that waits', () => `/y-kien/${found.waiting.serial}`],
  ...['answered_late', 'overdue', 'merged', 'out_of_scope', 'spam', 'redirected', 'sealed', 'withdrawn'].map((c) => [`an opinion that is ${c}`, () => `/y-kien/${found[c]}`]),
  ['the results', () => '/ket-qua'],
  ['the results of a field', () => '/ket-qua?field=land&sample=open'],
  ['a period that can not be read', () => '/ket-qua?from=hom-qua', 422],
  ['the help', () => '/tro-giup'],
  ['the frequent questions', () => '/hoi-dap'],
  ['the commendations', () => '/khen-ngoi'],
  ['the improvements', () => '/cai-tien'],
  ['what a search finds', () => '/y-kien?q=xin+loi'],
  ['the notice on personal data', () => '/du-lieu-ca-nhan'],
  ['a forgotten password', () => '/dang-nhap/quen'],
  ['the sign-in', () => '/dang-nhap'],
  ['an address that is nowhere', () => '/khong-co-trang-nay', 404],
  ['the public ledger', () => '/so-cong-khai'],
  ['the open data', () => '/du-lieu-mo', 'later'],
  ['a tablet that was not enrolled', () => TABLET.address],
];
/** The screens of a tablet at a counter. */
const COUNTER = [
  ['the start', TABLET.address],
  ['the faces', `${TABLET.address}/land`],
  ['what could have been better', `${TABLET.address}/land/1`],
  ['what was good', `${TABLET.address}/land/5`],
  ['the question whether anybody is there', `${TABLET.address}/con-o-day?tro-lai=${TABLET.address}/land/5`],
  ['the thanks', `${TABLET.address}/cam-on`],
  ['a field that is none', `${TABLET.address}/khong-co`, 404],
];
const DESK = {
  'can-bo': [
    ['the desk', () => '/can-bo'],
    ['what is overdue at the desk', () => '/can-bo?loc=overdue'],
    ['an opinion at the desk', () => `/can-bo/${found.waiting.serial}`],
    ['an overdue opinion at the desk', () => `/can-bo/${found.overdue}`],
    ['what the author handed in', () => `/can-bo/${found.drafted.serial}`],
    ['an answered opinion at the desk', () => `/can-bo/${found.answered.serial}`],
    ['what a search finds at the desk', () => '/can-bo?q=ngap&linh-vuc=land'],
    ['many to be taken', () => `/can-bo/nhieu?viec=nhan&so=${found.waiting.serial}&so=${found.overdue}`],
    ['one answer for many', () => `/can-bo/nhieu?viec=viet&so=${found.waiting.serial}&so=${found.overdue}`],
    ['the templates', () => '/can-bo/mau'],
    ['the own account', () => '/can-bo/tai-khoan'],
    ['the letters', () => '/can-bo/thu'],
    ['a letter', () => found.letter],
  ],
  'nguoi-duyet': [
    ['what waits for approval', () => '/can-bo'],
    ['an answer to approve', () => `/can-bo/${found.drafted.serial}`],
  ],
  'to-cao': [
    ['the sealed list', () => '/can-bo'],
    ['a sealed opinion', () => `/can-bo/${found.denunciation.serial}`],
  ],
  'giam-sat': [
    ['what waits below', () => '/can-bo/theo-doi'],
    ['what is late below', () => '/can-bo/theo-doi?xem=overdue'],
    ['one opinion from above', () => `/can-bo/theo-doi/${found.overdue}`],
    ['what a role may not open', () => '/quan-tri', 403],
  ],
  'thiet-ke': [['a role without a list of work', () => '/can-bo']],
  'du-lieu': [
    ['the desk of data rights', () => '/can-bo/quyen'],
    ['the breaches', () => '/can-bo/quyen/su-co'],
  ],
  'quan-tri': [['the administration', () => '/quan-tri', 'later']],
};

before(async () => {
  const v = await visitor();
  for (const c of ['answered_late', 'overdue', 'merged', 'out_of_scope', 'spam', 'redirected', 'sealed', 'withdrawn']) {
    await v.open(`/y-kien?tinh-trang=${c}`);
    // What is sealed is in no filtered list: it is looked for in the whole.
    const card = v.page.locator('main article h3 a').first();
    if (c !== 'sealed') found[c] = (await card.getAttribute('href')).split('/').pop();
  }
  found.waiting = await sendsOpinion(v, { text: 'Đường ngập.\n\nXin hỏi bao giờ sửa?', kind: 'question', email: 'cho@example.vn', consent: ['answer'] });
  found.denunciation = await sendsOpinion(v, { text: 'Một tố cáo.', kind: 'denunciation' });
  found.sealed = found.denunciation.serial;
  await goesToFaces(v);
  await v.page.check('#q-overall-4');
  await v.page.check('#q-reasons-time');
  await fillsOpinion(v, { text: 'Làm nhanh, cảm ơn.', kind: 'praise' });
  await v.follow(sendButton(v));
  found.answered = await receipt(v);
  found.drafted = await sendsOpinion(v, { text: 'Chờ lâu quá.' });
  await v.close();
  const author = await officer('can-bo');
  await answersIt(author, found.answered.serial, { answer: 'Cảm ơn ông/bà.\n\nChúng tôi sẽ giữ như vậy.' });
  await answersIt(author, found.drafted.serial, { answer: 'Xin lỗi ông/bà.' });
  await author.open('/can-bo/thu');
  found.letter = await author.page.locator('main li a').first().getAttribute('href');
  await author.close();
  const approver = await officer('nguoi-duyet');
  await publishesIt(approver, found.answered.serial);
  await approver.close();
});

/** Opens a page and expects its status; false when it is not built yet. */
async function opens(v, address, expected = 200) {
  const response = await v.open(address);
  if (expected === 'later' && response.status() === 404) return false;
  assert.equal(response.status(), expected === 'later' ? 200 : expected, address);
  return true;
}

/** Every promise that a page keeps by itself. All that is wrong comes at once. */
async function wrongs(v, name) {
  const { page } = v;
  const all = [];
  const lang = await page.locator('html').getAttribute('lang');
  if (lang !== v.language) all.push(`the page says that it is in "${lang}"`);
  for (const folds of ['as it comes', 'unfolded']) {
    if (folds === 'unfolded') {
      const folded = await page.evaluate(() => [...document.querySelectorAll('details:not([open])')].map((d) => (d.open = true)).length);
      if (folded === 0) break;
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) all.push(`${folds}: it scrolls ${wide} px sideways; ${await page.evaluate(widest)}`);
    if (folds === 'as it comes') await page.evaluate(AXE);
    const { violations } = await page.evaluate((values) => window.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] }), RULES);
    for (const { id, help, nodes } of violations) {
      for (const node of nodes) all.push(`${folds}: ${id}: ${help}\n      ${node.html.slice(0, 200)}\n      ${node.failureSummary.replace(/\s+/g, ' ')}`);
    }
  }
  const small = await page.evaluate(smallest);
  if (small) all.push(`letters smaller than 18 px: ${small}`);
  const foreign = await page.evaluate(unmarked);
  if (foreign.length > 0) all.push(`${foreign.length} texts in another language than they are marked, such as ${foreign.slice(0, 3).join(' | ')}`);
  if ((await page.evaluate(() => document.body.innerText)).match(/\b(errors|common|menu|desk|item|results|thanks|own|rate|say|find|counter|ledger|proof)\.[a-z_]+\b|%\{/)) all.push('a key stands where words should');
  all.push(...v.complaints.splice(0));
  return [...new Set(all)].map((w) => `${name}: ${w}`);
}

/** Nothing is wrong, or everything that is wrong, each on a line. */
const right = (wrong) => assert.ok(wrong.length === 0, `\n${wrong.join('\n')}`);

/** The elements that stick out, for the report. */
function widest() {
  const limit = document.documentElement.clientWidth;
  const out = [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > limit + 0.5 && e.checkVisibility() && !e.closest('.vh'));
  return out.slice(-3).map((e) => `${e.outerHTML.slice(0, 120)} ends at ${Math.round(e.getBoundingClientRect().right)}`).join(' | ');
}

/** A text that is set smaller than 18 px. */
function smallest() {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { parentElement: e, data } = walk.currentNode;
    if (data.trim() && e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 18) return data.trim().slice(0, 60);
  }
  return '';
}

/** Khmer letters outside `lang=km`, and whole Vietnamese sentences outside `lang=vi`. Names stay as they are. */
function unmarked() {
  const out = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { parentElement: e, data } = walk.currentNode;
    const lang = e.closest('[lang]').lang;
    const khmer = /[\u1780-\u17ff]/.test(data);
    const vietnamese = data.split(/\s+/).filter((w) => /^[a-zăâđêôơưàáạảãằắặẳẵầấậẩẫèéẹẻẽềếệểễìíịỉĩòóọỏõồốộổỗờớợởỡùúụủũừứựửữỳýỵỷỹ]*[ăâđêôơưạảãằắặẳẵầấậẩẫẹẻẽềếệểễịỉĩọỏõồốộổỗờớợởỡụủũừứựửữỳỵỷỹ]/.test(w)).length;
    if ((khmer && lang !== 'km') || (vietnamese >= 4 && !khmer && lang !== 'vi')) out.push(`lang=${lang}: ${data.trim().slice(0, 80)}`);
  }
  return out;
}

for (const language of LANGUAGES) {
  for (const width of WIDTHS) {
    const how = `in ${language}, ${width} px wide`;

    describe(`anybody can use it, ${how}:`, () => {
      let v;
      before(async () => (v = await visitor({ language, width })));
      after(() => v.close());
      for (const [name, address, status] of PUBLIC) {
        test(name, async () => {
          if (await opens(v, address(), status)) right(await wrongs(v, name));
          v.complaints.length = 0;
        });
      }

      test('a receipt that was checked in the ledger', async () => {
        await v.open(`/tra-cuu/${found.answered.code}`);
        await v.page.click('form[data-check] button');
        await v.page.locator('#ket-qua h3').first().waitFor();
        const wrong = await wrongs(v, 'what the browser found');
        await v.open('/so-cong-khai');
        await v.page.fill('#bien-nhan', '{"v":1}');
        await v.page.click('form[data-check] button');
        await v.page.locator('#ket-qua h3').first().waitFor();
        right([...wrong, ...(await wrongs(v, 'a receipt that is none'))]);
      });

      test('forms that come back with faults', async () => {
        const wrong = [];
        for (const address of ['/gop-y', '/khao-sat/phieu-quay?linh-vuc=land&noi=31507', '/tra-cuu', '/dang-nhap']) {
          await v.open(address);
          if (await v.page.locator('#y-kien').count()) await fillsOpinion(v, { text: 'x'.repeat(4_001), kind: 'complaint', email: 'a@', consent: [] });
          const response = await v.follow(v.page.locator('main form[method=post] button').first());
          assert.ok(response.status() >= 400 && response.status() < 500, `${address}: ${response.status()}`);
          wrong.push(...(await wrongs(v, `${address} with faults`)));
        }
        right(wrong);
      });
    });

    describe(`anybody can use the tablet at a counter, ${how}:`, () => {
      let v;
      before(async () => (v = await tablet({ language, width })));
      after(() => v.close());
      for (const [name, address, status] of COUNTER) {
        test(name, async () => {
          if (await opens(v, address, status)) right(await wrongs(v, name));
          v.complaints.length = 0;
        });
      }
    });

    describe(`officers can use it, ${how}:`, () => {
      for (const [login, pages] of Object.entries(DESK)) {
        describe(login, () => {
          let v;
          before(async () => (v = await officer(login, { language, width })));
          after(() => v.close());
          for (const [name, address, status] of pages) {
            test(name, async () => {
              v.complaints.length = 0;
              if (!(await opens(v, address(), status))) return;
              const wrong = await wrongs(v, name);
              // The pages below it, which it leads to.
              const below = await v.page.locator('main a').evaluateAll((links) => links.map((a) => a.getAttribute('href')));
              for (const link of status === 'later' ? [...new Set(below)].filter((l) => l.startsWith('/quan-tri/')) : []) {
                assert.ok(await opens(v, link));
                wrong.push(...(await wrongs(v, link)));
              }
              right(wrong);
            });
          }
        });
      }
    });
  }
}

test('without script every public page looks and reads the same', async () => {
  for (const width of WIDTHS) {
    const [withScript, without] = [await visitor({ width }), await visitor({ width, script: false })];
    for (const [name, address, status] of PUBLIC) {
      const seen = [];
      for (const v of [withScript, without]) {
        if (await opens(v, address(), status)) seen.push([await v.page.locator('body').innerText(), (await v.page.screenshot({ fullPage: true })).toString('base64')]);
      }
      if (seen.length === 0) continue;
      const [[words, picture], [wordsWithout, pictureWithout]] = seen;
      assert.equal(wordsWithout, words, `${name}: the words`);
      assert.ok(pictureWithout === picture, `${name}, ${width} px: the picture differs without script`);
    }
    await withScript.close();
    await without.close();
  }
});

/** What an address costs with gzip, head and body, as it comes over the wire. */
function cost(address) {
  return new Promise((resolve, reject) => {
    http.get(address, { headers: { 'accept-encoding': 'gzip' } }, (response) => {
      let bytes = response.rawHeaders.reduce((n, h) => n + h.length + 2, 0);
      response.on('data', (chunk) => (bytes += chunk.length));
      response.on('end', () => resolve(bytes));
    }).on('error', reject);
  });
}

for (const language of LANGUAGES) {
  test(`the way from the home page to the faces costs less than 30 KB in all, in ${language}`, async () => {
    const v = await visitor({ language });
    const asked = new Set();
    v.context.on('request', (r) => asked.add(r.url()));
    for (const address of ['/', '/khao-sat/phieu-quay', '/khao-sat/phieu-quay?linh-vuc=land', '/khao-sat/phieu-quay?linh-vuc=land&noi=31507']) {
      await v.open(address);
      // A browser without a window asks for no icon; others do.
      for (const icon of await v.page.locator('link[rel=icon]').all()) asked.add(new URL(await icon.getAttribute('href'), site).href);
    }
    await v.close();
    const costs = await Promise.all([...asked].map(async (a) => [a.replace(site, ''), await cost(a)]));
    const whole = costs.reduce((n, [, bytes]) => n + bytes, 0);
    assert.ok(whole < LARGEST, `${whole} bytes:\n${costs.map(([a, b]) => `${b} ${a}`).join('\n')}`);
  });

  test(`the five factors cost less than 30 KB in all, in ${language}`, async () => {
    const v = await visitor({ language });
    const asked = new Set();
    v.context.on('request', (r) => asked.add(r.url()));
    await v.open('/khao-sat/sipas-5-yeu-to?linh-vuc=land&noi=31507');
    await v.close();
    const whole = (await Promise.all([...asked].map(cost))).reduce((n, bytes) => n + bytes, 0);
    assert.ok(whole < LARGEST, `${whole} bytes`);
  });
}

test('the language that was chosen stays, and each page offers the others', async () => {
  const v = await visitor({ language: 'km' });
  await v.open('/y-kien?tinh-trang=overdue');
  await v.page.goto('/ket-qua');
  assert.equal(await v.page.locator('html').getAttribute('lang'), 'km');
  await v.follow('.langs a[hreflang=en]');
  assert.equal(await v.page.locator('html').getAttribute('lang'), 'en');
  await v.page.goto('/khao-sat/phieu-quay?linh-vuc=land&noi=31507');
  await v.follow('.langs a[hreflang=vi]');
  assert.equal(await v.page.locator('html').getAttribute('lang'), 'vi');
  assert.equal(await v.page.locator('[name=office]').inputValue(), '31507', 'and the page stays');
  v.calm();
  await v.close();
});
