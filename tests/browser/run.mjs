// Runs the tests, two files at a time, each lane against a `hoidap demo` of its
// own. `npm test -- loop.test.mjs` runs one file; what begins with `-` goes to
// node's test runner.

import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { startDemo } from './demo.mjs';

const here = import.meta.dirname;
const LANES = 2;

const asked = process.argv.slice(2);
const options = ['--test', '--test-reporter=spec', ...asked.filter((a) => a.startsWith('-'))];
const named = asked.filter((a) => !a.startsWith('-'));
const files = named.length > 0 ? named : await longestFirst();

/** The longest file takes the longest time; begun first, it ends with the others. */
async function longestFirst() {
  const tests = (await readdir(here)).filter((f) => f.endsWith('.test.mjs'));
  const sizes = await Promise.all(tests.map(async (f) => [f, (await stat(path.join(here, f))).size]));
  return sizes.sort((a, b) => b[1] - a[1]).map(([f]) => f);
}

/** Runs one file. What it says comes at once when it ends, so that two files don't mix. */
async function run(file, url) {
  const began = Date.now();
  const child = spawn(process.execPath, [...options, file], { cwd: here, env: { ...process.env, HOIDAP_URL: url }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  child.stdout.on('data', (chunk) => said.push(chunk));
  child.stderr.on('data', (chunk) => said.push(chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  process.stdout.write(`\n${file}: ${Math.round((Date.now() - began) / 1000)} s\n${Buffer.concat(said)}`);
  return code === 0;
}

/** Takes files until none is left. False when one of them failed, or hoidap noted a fault of its own. */
async function lane() {
  const demo = await startDemo();
  let right = true;
  try {
    for (let file = files.shift(); file; file = files.shift()) right = (await run(file, demo.url)) && right;
    const faults = demo.faults();
    if (faults.length > 0) console.error(`\nhoidap noted faults of its own:\n${faults.join('\n')}`);
    return right && faults.length === 0;
  } finally {
    await demo.stop();
  }
}

const lanes = await Promise.all(Array.from({ length: Math.min(LANES, files.length) }, lane));
process.exitCode = lanes.every(Boolean) ? 0 : 1;
