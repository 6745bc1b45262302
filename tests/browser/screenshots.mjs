// The pictures of the docs, from the sample life of a fresh demo:
// `npm run screenshots`, into OUT (`docs/pictures` unless told).

import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

import { chromium } from 'playwright-core';

import { startDemo } from './demo.mjs';
import { BROWSER, PASSWORD, person } from './person.mjs';

const OUT = path.resolve(import.meta.dirname, process.env.OUT || '../../docs/pictures');

/** Name, width, language, and how to get there; a page that answers 404 is not built yet and gets no picture. */
const PICTURES = [
  ['home', 1280, 'vi', (v) => v.open('/')],
  ['rate', 1280, 'vi', rate],
  ['item', 1280, 'vi', answered],
  ['results', 1280, 'vi', (v) => v.open('/ket-qua')],
  ['desk', 1280, 'vi', desk],
  ['kiosk', 1280, 'vi', (v) => v.open('/quay')],
  ['phone', 360, 'vi', (v) => v.open('/')],
  ['phone-km', 360, 'km', (v) => v.open('/')],
];

async function rate(v) {
  const response = await v.open('/khao-sat/phieu-quay?linh-vuc=land&noi=31507');
  await v.page.check('#q-overall-4');
  await v.page.check('#q-reasons-guidance');
  // The focus stays out of the picture.
  await v.page.locator('#q-reasons-guidance').blur();
  return response;
}

/** A report that was answered in time. */
async function answered(v) {
  await v.open('/y-kien?tinh-trang=answered_on_time&loai=report');
  return v.follow(v.page.locator('main article h3 a').first());
}

async function desk(v) {
  await v.open('/dang-nhap');
  await v.page.fill('#login', 'can-bo');
  await v.page.fill('#password', PASSWORD);
  await v.follow('form[action="/dang-nhap"] button');
  return v.open('/can-bo');
}

const demo = await startDemo();
const browser = await chromium.launch(BROWSER);
try {
  await mkdir(OUT, { recursive: true });
  for (const [name, width, language, go] of PICTURES) {
    const v = await person(browser, demo.url, { language, width });
    const response = await go(v);
    if (response.status() === 404) {
      console.log(`${name}: ${v.page.url()} is not there yet`);
    } else if (!response.ok()) {
      throw new Error(`${name}: ${v.page.url()} answers ${response.status()}`);
    } else {
      await v.page.screenshot({ path: path.join(OUT, `${name}.png`) });
    }
    await v.close();
  }
  console.log(`${OUT}: ${(await readdir(OUT)).join(' ')}`);
} finally {
  await browser.close();
  await demo.stop();
}
