// Checks a receipt of the public ledger in the browser, from what everybody can
// read: the key, the checkpoint, the tiles (C2SP tlog-tiles, RFC 6962). What the
// server says is believed only where it fits. Knows no words: they stand in the
// page's templates. Where the browser can't do it, the form goes to the server.

const LOG = '/so-cong-khai/';
const KEY = '/.well-known/hoidap-ledger-key';
/** Hashes of a full tile, and bytes of a hash. */
const WIDTH = 256;
const HASH = 32;
const ED25519 = 1;
/** Receipts at a time. */
const MOST = 10;

/** Why a receipt does not prove what it says; the code names the sentence. */
class Flaw extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

const utf8 = new TextEncoder();
const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

function bytes(text) {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Flaw('unreadable');
  }
}

async function sha256(...parts) {
  const whole = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
}

const leafHash = (leaf) => sha256([0], leaf);
const nodeHash = (left, right) => sha256([1], left, right);

/** What is at an address; the flaw that it is when nothing is there. */
async function get(address, nothing = 'unreachable') {
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) throw new Flaw(answer?.status === 404 ? nothing : 'unreachable');
  return answer;
}

/** The log's key: `name+id+base64 of algorithm and key`. */
async function publishedKey() {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)\s*$/.exec(await (await get(KEY)).text()) ?? [];
  if (!name) throw new Flaw('unsigned');
  const raw = bytes(encoded.trim());
  const digest = await sha256(utf8.encode(`${name}\n`), raw);
  const named = [...digest.slice(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  if (raw[0] !== ED25519 || named !== id) throw new Flaw('unsigned');
  const verifier = await crypto.subtle.importKey('raw', raw.slice(1), 'Ed25519', false, ['verify']);
  return { name, id: digest.slice(0, 4), verifier };
}

/** Size and root of a checkpoint that bears the key's signature. */
async function signed(note, key) {
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  for (const line of note.slice(end + 2).split('\n')) {
    const [, name, encoded] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== key.name) continue;
    const signature = bytes(encoded);
    if (!same(signature.slice(0, 4), key.id)) continue;
    if (!(await crypto.subtle.verify('Ed25519', key.verifier, signature.slice(4), utf8.encode(text)))) break;
    const [origin, size, root] = text.split('\n');
    if (origin !== key.name || !/^\d+$/.test(size)) break;
    return { size: Number(size), root: bytes(root) };
  }
  throw new Flaw('unsigned');
}

/** The tiles of a tree of this size. */
class Tiles {
  #read = new Map();

  constructor(size) {
    this.size = size;
  }

  async #tile(level, n) {
    const width = Math.min(WIDTH, Math.floor(this.size / WIDTH ** level) - n * WIDTH);
    const digits = String(n);
    const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g);
    const name = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
    const path = `tile/${level}/${name}${width < WIDTH ? `.p/${width}` : ''}`;
    if (!this.#read.has(path)) this.#read.set(path, get(LOG + path, 'missing').then((answer) => answer.arrayBuffer()));
    const hashes = new Uint8Array(await this.#read.get(path));
    if (hashes.length !== width * HASH) throw new Flaw('missing');
    return hashes;
  }

  /** The hash over `count` leaves from `first` on: a whole subtree, so both are powers of two that fit. */
  async subtree(first, count) {
    let level = 0;
    while (count / WIDTH ** (level + 1) >= 1) level += 1;
    const [from, n] = [first / WIDTH ** level, count / WIDTH ** level];
    const tile = await this.#tile(level, Math.floor(from / WIDTH));
    const at = from % WIDTH;
    let row = Array.from({ length: n }, (_, i) => tile.slice((at + i) * HASH, (at + i + 1) * HASH));
    while (row.length > 1) {
      row = await Promise.all(Array.from({ length: row.length / 2 }, (_, i) => nodeHash(row[2 * i], row[2 * i + 1])));
    }
    return row[0];
  }

  /**
   * The hash over the leaves from `first` to before `end` (RFC 6962 §2.1). `leaf` stands at its index whatever the
   * tiles say. No subtree is taken that a tree of `cut` leaves ends in: both trees are made of the same hashes.
   */
  async over(first, end, cut, leaf) {
    const count = end - first;
    const half = 2 ** Math.ceil(Math.log2(count) - 1);
    const within = first <= leaf.index && leaf.index < end;
    if (within && count === 1) return leaf.hash;
    const isWhole = !within && (count === 1 || half * 2 === count) && !(first < cut && cut < end);
    if (isWhole) return this.subtree(first, count);
    return nodeHash(await this.over(first, first + half, cut, leaf), await this.over(first + half, end, cut, leaf));
  }
}

/** The root that a proof leads to from a leaf (RFC 9162 §2.1.3.2). */
async function proven({ index, hash }, size, proof) {
  let [at, last, root] = [index, size - 1, hash];
  for (const step of proof) {
    if (last === 0) throw new Flaw('missing');
    if (at % 2 === 1 || at === last) {
      root = await nodeHash(step, root);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      root = await nodeHash(root, step);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  if (last !== 0) throw new Flaw('missing');
  return root;
}

/** Canonical JSON (RFC 8785) of codes and whole numbers. */
function canonical(value) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.keys(value).sort();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

/** The leaf's bytes, once they commit to what the receipt opens. */
async function opened(receipt) {
  const leaf = bytes(receipt.leaf);
  let said;
  try {
    said = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(leaf));
  } catch {
    throw new Flaw('unreadable');
  }
  if (!receipt.salt) throw new Flaw('erased');
  const isRating = Boolean(receipt.opened);
  const content = isRating ? canonical(receipt.opened) : receipt.text?.normalize('NFC');
  if (content === undefined) throw new Flaw('unreadable');
  const commitment = base64(await sha256(bytes(receipt.salt), utf8.encode(content)));
  const [kind, committed] = isRating ? ['response', said.commit] : ['feedback', said.text];
  if (said.t !== kind || committed !== commitment) throw new Flaw('changed');
  return leaf;
}

/** Has it the form of a receipt? */
function isReceipt(receipt) {
  const texts = [receipt?.origin, receipt?.leaf, receipt?.salt ?? '', receipt?.text ?? '', receipt?.checkpoint ?? '', ...(receipt?.proof ?? [])];
  return receipt?.v === 1 && texts.every((text) => typeof text === 'string') && typeof (receipt.opened ?? {}) === 'object';
}

/** Checks one receipt against the log as it is signed now. */
async function check(receipt, key, now, tiles) {
  if (!isReceipt(receipt)) throw new Flaw('unreadable');
  if (receipt.origin !== key.name) throw new Flaw('foreign');
  const leaf = { index: receipt.index, hash: await leafHash(await opened(receipt)) };
  if (!Number.isSafeInteger(receipt.index) || receipt.index < 0 || !receipt.checkpoint || !receipt.proof) throw new Flaw('waiting');
  const then = await signed(receipt.checkpoint, key);
  if (leaf.index >= then.size) throw new Flaw('missing');
  if (!same(await proven(leaf, then.size, receipt.proof.map(bytes)), then.root)) throw new Flaw('missing');
  if (then.size > now.size || !same(await tiles.over(0, then.size, then.size, leaf), then.root)) throw new Flaw('forked');
  if (!same(await tiles.over(0, now.size, then.size, leaf), now.root)) throw new Flaw('forked');
  return { says: receipt.opened ? 'rating' : 'opinion', line: leaf.index + 1, now: now.size, then: then.size };
}

/** The receipts that somebody typed the code of, or pasted. */
async function receipts(text) {
  if (/^[[{]/.test(text)) {
    try {
      const read = JSON.parse(text);
      return Array.isArray(read) ? read : [read];
    } catch {
      throw new Flaw('unreadable');
    }
  }
  const code = text.split('/tra-cuu/').pop().split(/[?#]/)[0];
  if (code.replace(/[^a-z0-9]/gi, '').length !== 12) throw new Flaw('unreadable');
  return (await get(`/api/v1/receipts/${encodeURIComponent(code)}/ledger`, 'unknown')).json();
}

/** What is to be said of each receipt. */
async function findings(text) {
  const saying = (flaw) => {
    // Whatever else it is, nobody is left waiting.
    if (!(flaw instanceof Flaw)) console.error(flaw);
    return { says: flaw.code ?? 'unreachable' };
  };
  try {
    const list = await receipts(text);
    if (list.length === 0 || list.length > MOST) throw new Flaw('unreadable');
    const key = await publishedKey();
    // Before its first signature there is no line for anybody.
    const now = await signed(await (await get(`${LOG}checkpoint`, 'waiting')).text(), key);
    const tiles = new Tiles(now.size);
    return await Promise.all(list.map((receipt) => check(receipt, key, now, tiles).catch(saying)));
  } catch (flaw) {
    return [saying(flaw)];
  }
}

/** A sentence of the page, with its numbers. */
function said({ says, ...numbers }) {
  const words = document.querySelector(`template[data-says="${says}"]`).content.cloneNode(true);
  const walk = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    walk.currentNode.data = walk.currentNode.data.replace(/\{(line|now|then)\}/g, (_, name) => {
      const comma = document.documentElement.lang === 'en' ? ',' : '.';
      return String(numbers[name]).replace(/\B(?=(\d{3})+$)/g, comma);
    });
  }
  return words;
}

async function canCheck() {
  try {
    await crypto.subtle.importKey('raw', new Uint8Array(HASH), 'Ed25519', false, ['verify']);
    return true;
  } catch {
    return false;
  }
}

if (await canCheck()) {
  for (const form of document.querySelectorAll('form[data-check]')) {
    const place = document.getElementById(form.dataset.check);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      place.replaceChildren(said({ says: 'checking' }));
      const found = await findings(new FormData(form).get('bien-nhan').trim());
      place.replaceChildren(...found.map(said));
      place.focus();
    });
  }
}
