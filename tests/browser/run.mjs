// Runs the tests against one `hoidap demo`, one file after the other.
// `npm test -- loop.test.mjs` runs one file; what begins with `-` goes to
// node's test runner.

import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';

import { startDemo } from './demo.mjs';

const here = import.meta.dirname;
const asked = process.argv.slice(2);
const named = asked.filter((a) => !a.startsWith('-'));
const files = named.length > 0 ? named : (await readdir(here)).filter((f) => f.endsWith('.test.mjs')).sort();
const options = ['--test', '--test-concurrency=1', '--test-reporter=spec', ...asked.filter((a) => a.startsWith('-'))];

const demo = await startDemo();
try {
  const tests = spawn(process.execPath, [...options, ...files], { cwd: here, stdio: 'inherit', env: { ...process.env, HOIDAP_URL: demo.url } });
  const code = await new Promise((resolve) => tests.once('close', resolve));
  const faults = demo.faults();
  if (faults.length > 0) console.error(`\nhoidap noted faults of its own:\n${faults.join('\n')}`);
  process.exitCode = code !== 0 || faults.length > 0 ? 1 : 0;
} finally {
  await demo.stop();
}
