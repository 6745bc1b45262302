// The program under test: `hoidap demo` on a free port, with data of its own
// that are gone afterwards.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const BIN = path.resolve(import.meta.dirname, process.env.HOIDAP_BIN || '../../target/debug/hoidap');
/** A debug build on a busy machine makes its year of sample life in about a minute. */
const LONGEST_START = 300_000;

/** Starts it. Resolves to its address, to `stop`, which ends it, and to `faults`: what it noted as its own faults. */
export async function startDemo() {
  const data = await mkdtemp(path.join(tmpdir(), 'hoidap-browser-'));
  // Nothing of this shell's settings: they could lead to a real database.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HOIDAP_') && name !== 'DATABASE_URL'));
  const child = spawn(BIN, ['demo', '--listen', '127.0.0.1:0', '--data', data], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(late);
    await rm(data, { recursive: true, force: true });
  };
  const url = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`hoidap did not start in ${LONGEST_START / 1000} s. It said:\n${said}`)), LONGEST_START);
    const listen = (chunk) => {
      said += chunk;
      const address = said.match(/listening on (http:\S+)/);
      if (address) {
        clearTimeout(late);
        resolve(address[1]);
      }
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`hoidap ended with ${code}. It said:\n${said}`)));
  }).catch(async (error) => {
    await stop();
    throw error;
  });
  const faults = () => said.split('\n').filter((line) => /ERROR|panicked/.test(line));
  return { url, stop, faults };
}
