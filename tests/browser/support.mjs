// What people do here, in the words of the tests: somebody visits, rates,
// sends; an officer signs in, finds, answers, publishes.

import assert from 'node:assert/strict';
import { after } from 'node:test';

import { chromium } from 'playwright-core';

import { BROWSER, PASSWORD, TABLET, person } from './person.mjs';

export const LANGUAGES = ['vi', 'km', 'en'];
/** A cheap phone, and a desk. */
export const WIDTHS = [360, 1280];
const PATIENCE = 60_000;

/** Where hoidap listens; `npm test` sets it. */
export const site = process.env.HOIDAP_URL?.replace(/\/$/, '');

let browser;
after(async () => (await browser)?.close());

/** Somebody with a browser of their own. */
export async function visitor({ language = 'vi', width = 1280, script = true } = {}) {
  assert.ok(site, 'HOIDAP_URL is not set: run the tests with `npm test`');
  browser ??= chromium.launch(BROWSER);
  return person(await browser, site, { language, width, script });
}

/** An officer who has signed in. */
export async function officer(login, settings) {
  const v = await visitor(settings);
  await v.open('/dang-nhap');
  await v.page.fill('#login', login);
  await v.page.fill('#password', PASSWORD);
  const response = await v.follow('form[action="/dang-nhap"] button');
  assert.equal(new URL(v.page.url()).pathname === '/dang-nhap', false, `${login} can't sign in: ${response?.status()}`);
  return v;
}

/** The tablet at a counter, enrolled. */
export async function tablet(settings) {
  const v = await visitor(settings);
  await v.open(TABLET.address);
  await v.page.fill('#ma', TABLET.code);
  await v.follow(`form[action="${TABLET.address}/ghi-danh"] button`);
  return v;
}

/** Looks through a list of the desk, page by page. True when it is there, in the page that is then shown. */
export async function findsAtDesk(v, serial, tab = 'all') {
  await v.open(`/can-bo?loc=${tab}`);
  for (;;) {
    if ((await v.page.locator(`main a[href="/can-bo/${serial}"]`).count()) > 0) return true;
    const next = v.page.locator('main a[rel=next]');
    if ((await next.count()) === 0) return false;
    await v.follow(next);
  }
}

/** From the home page to the form with the faces: a field, then a place. */
export async function goesToFaces(v, { field = 'land', office = '31507' } = {}) {
  await v.open('/');
  await v.follow('a.tile.main');
  await v.follow(`a.tile[href*="linh-vuc=${field}"]`);
  await v.page.selectOption('#noi', office);
  await v.follow('button[name=buoc]');
}

/** The details that hold an element. */
export const foldOf = (v, inner) => v.page.locator('details', { has: v.page.locator(inner) }).last();

/** Fills the opinion's part of a form. */
export async function fillsOpinion(v, { text, kind, email, consent = [] }) {
  const { page } = v;
  await page.fill('#y-kien', text);
  if (kind === 'complaint' || kind === 'denunciation') await v.unfold(foldOf(v, `#loai-${kind}`));
  if (kind) await page.check(`#loai-${kind}`);
  if (email !== undefined) {
    await v.unfold(foldOf(v, '#email'));
    await page.fill('#email', email);
    for (const purpose of consent) await page.check(`#consent-${purpose}`);
  }
}

/** The button that sends a form of the public pages. */
export const sendButton = (v) => v.page.locator('main form[method=post] .btns button.btn').first();

/** The buttons of what is said before sending, where something is said. */
export const saidBefore = (v) => v.page.locator('#truoc-khi-gui button');

/** Sends a form; what is said before sending keeps nobody from it. */
export async function sendsForm(v) {
  const answer = await v.follow(sendButton(v));
  return (await saidBefore(v).count()) > 0 ? v.follow(saidBefore(v).last()) : answer;
}

/** Sends an opinion without a rating. */
export async function sendsOpinion(v, { field = 'land', office = '31507', ...opinion }) {
  await v.open('/gop-y');
  await v.page.check(`#field-${field}`);
  await v.page.selectOption('#noi', office);
  await fillsOpinion(v, opinion);
  await sendsForm(v);
  return receipt(v);
}

/** What the page after sending says to keep. */
export async function receipt(v) {
  const { page } = v;
  assert.match(page.url(), /\/tra-cuu\/[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}\?/, 'it leads to the receipt');
  const code = (await page.locator('span.code').innerText()).trim();
  const id = (await page.locator('a.code').innerText()).trim();
  assert.match(id, /^HD-\d{6,}$/);
  return { code, id, serial: Number(id.slice(3)) };
}

/** The officer takes an opinion up, writes the answer and hands it in. */
export async function answersIt(v, serial, { title, question, answer }) {
  const { page } = v;
  await v.open(`/can-bo/${serial}`);
  const take = page.locator('form[action$="/nhan"] button');
  if ((await take.count()) > 0) await v.follow(take);
  if (title !== undefined) await page.fill('#title', title);
  if (question !== undefined) await page.fill('#question', question);
  await page.fill('#answer', answer);
  return v.follow('form[action$="/viet"] button:not([name])');
}

/** The approver publishes what was handed in. */
export async function publishesIt(v, serial) {
  await v.open(`/can-bo/${serial}`);
  return v.follow('button[value=duyet]');
}

/** The classes of opinions at `/ket-qua`, as they are printed, in their order, and their sum. */
export async function classes(v) {
  await v.open('/ket-qua');
  const table = v.page.locator('section[aria-labelledby="y-kien"] table');
  const numbers = async (part) => (await table.locator(`${part} td:nth-child(2)`).allInnerTexts()).map((t) => Number(t.replace(/\D/g, '')));
  const [onTime, late, open, overdue, ...out] = await numbers('tbody');
  const [received] = await numbers('tfoot');
  return { onTime, late, open, overdue, out, received };
}

/** Tries until it is so. */
export async function until(what, ask, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) assert.fail(`not within ${patience / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
