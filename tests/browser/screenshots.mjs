// The pictures of the docs, from the sample life of a fresh demo:
// `npm run screenshots`, into OUT (`docs/pictures` unless told).

import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

import { chromium } from 'playwright-core';

import { startDemo } from './demo.mjs';
import { BROWSER, PASSWORD, TABLET, person } from './person.mjs';

const OUT = path.resolve(import.meta.dirname, process.env.OUT || '../../docs/pictures');

/** Name, width, language, and how to get there. */
const PICTURES = [
  ['home', 1000, 'vi', (v) => v.open('/')],
  ['rate', 1000, 'vi', rate],
  ['item', 1000, 'vi', answered],
  ['results', 1000, 'vi', (v) => v.open('/ket-qua')],
  ['desk', 1000, 'vi', desk],
  ['kiosk', 1000, 'vi', kiosk],
  ['phone', 360, 'vi', (v) => v.open('/')],
  ['phone-km', 360, 'km', (v) => v.open('/')],
];
/** Letters in shades of grey take half the room of coloured ones. */
const LIGHT = { ...BROWSER, args: [...BROWSER.args, '--disable-lcd-text'] };
/** A picture of the docs is no larger than this. */
const LARGEST = 150_000;

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

/** The faces of a tablet at a counter. */
async function kiosk(v) {
  await v.open(TABLET.address);
  await v.page.fill('#ma', TABLET.code);
  await v.follow('form button');
  return v.open(`${TABLET.address}/land`);
}

const demo = await startDemo();
const browser = await chromium.launch(LIGHT);
try {
  await mkdir(OUT, { recursive: true });
  for (const [name, width, language, go] of PICTURES) {
    const v = await person(browser, demo.url, { language, width });
    await v.page.setViewportSize({ width, height: 740 });
    const response = await go(v);
    if (!response.ok()) throw new Error(`${name}: ${v.page.url()} answers ${response.status()}`);
    const picture = await v.page.screenshot({ path: path.join(OUT, `${name}.png`) });
    if (picture.length > LARGEST) throw new Error(`${name}.png has ${picture.length} bytes`);
    await v.close();
  }
  console.log(`${OUT}: ${(await readdir(OUT)).join(' ')}`);
} finally {
  await browser.close();
  await demo.stop();
}
