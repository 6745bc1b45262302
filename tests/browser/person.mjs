// Somebody at a browser, with a language, a width, and script or none. What a
// page must not do is noted.

import assert from 'node:assert/strict';

/** The password of every demo account. */
export const PASSWORD = 'hoi-dap-demo';
/** The demo's tablet at a counter: its address and its code. */
export const TABLET = { address: '/quay/quay-1', code: 'hoi-dap-demo' };
const PATIENCE = 60_000;

export const BROWSER = {
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
};

/** A person on a site, in a browser context of their own. */
export async function person(browser, site, { language, width, script = true }) {
  const context = await browser.newContext({ viewport: { width, height: width < 600 ? 740 : 900 }, javaScriptEnabled: script, baseURL: site });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (m) => {
    // A page that is refused with 4xx says so in the console; the tests look at the status themselves.
    const itself = m.text().startsWith('Failed to load resource') && m.location().url.split('#')[0] === page.url().split('#')[0];
    if (['error', 'warning'].includes(m.type()) && !itself) complaints.push(`console: ${m.text()}`);
  });
  page.on('pageerror', (e) => complaints.push(`script: ${e.message}`));
  page.on('dialog', (d) => {
    complaints.push(`dialog: ${d.message()}`);
    d.dismiss();
  });
  context.on('request', (r) => {
    if (!r.url().startsWith(`${site}/`) && !r.url().startsWith('data:')) complaints.push(`a request leaves the site: ${r.url()}`);
  });
  const v = {
    page,
    context,
    language,
    width,
    script,
    complaints,
    /** Goes to an address in the visitor's language. */
    open: (address) => page.goto(withLanguage(address, language)),
    /** Does something that leads to another page, and waits until it is there. */
    async leads(act) {
      const [response] = await Promise.all([page.waitForNavigation(), act()]);
      return response;
    },
    /** Follows a link or presses a button that leads to another page. */
    follow: (target) => v.leads(() => (typeof target === 'string' ? page.locator(target) : target).click()),
    /** Unfolds a part, if it is folded. */
    async unfold(details) {
      if ((await details.getAttribute('open')) === null) await details.locator('> summary').click();
    },
    /** The id of what has the focus. */
    focused: () => page.evaluate(() => document.activeElement?.id ?? ''),
    /** The page did nothing that it must not do. */
    calm: () => assert.deepEqual(complaints, []),
    close: () => context.close(),
  };
  return v;
}

function withLanguage(address, language) {
  const [rest, hash] = address.split('#');
  return `${rest}${rest.includes('?') ? '&' : '?'}lang=${language}${hash ? `#${hash}` : ''}`;
}
