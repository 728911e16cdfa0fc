// The report in Chromium, as a person opens it. Skipped where there is no browser, except where CI demands one.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { renderHtml } from '../../src/reports/key-report/html/page.ts';
import { demoReport } from '../support/demo-report.ts';
import { ACCOUNT, manyUsers, reportOf } from '../support/report-fixture.ts';
import { type Browser, type BrowserPage, browserTools, type PageOptions } from './browser.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const tools = browserTools(REPOSITORY);
const isRequired = process.env.KEYTURN_TEST_REQUIRE_BROWSER === '1';
const skip = 'missing' in tools && !isRequired ? tools.missing : false;

const SIZES = [
  { width: 360, height: 760 },
  { width: 800, height: 900 },
  { width: 1400, height: 1000 },
];
const HOSTILE = '<img src=x onerror="document.title=1"></script><script>document.title=2</script>';

describe('the report in Chromium', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-report-'));
  let browser: Browser;

  before(async () => {
    if ('missing' in tools) throw new Error(tools.missing);
    browser = await tools.launch();
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const saved = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return pathToFileURL(join(folder, name)).href;
  };

  /** What the page complained of: errors, and what its policy kept it from. */
  async function opened(url: string, options: PageOptions = {}) {
    const page = await browser.newPage(options);
    const said: string[] = [];
    page.on('console', (message: { type(): string; text(): string }) => {
      if (message.type() === 'error') said.push(message.text());
    });
    page.on('pageerror', (error: Error) => said.push(String(error)));
    page.on('request', (request: { url(): string }) => {
      if (!request.url().startsWith('file:')) said.push(`fetched ${request.url()}`);
    });
    await page.goto(url);
    return { page, said };
  }

  const rowsShown = (page: BrowserPage) =>
    page.evaluate<string[][]>(
      "[...document.querySelectorAll('#keys-table tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))",
    );

  let demo = '';
  before(async () => {
    demo = renderHtml(await demoReport());
  });

  for (const size of SIZES) {
    for (const colorScheme of ['light', 'dark'] as const) {
      it(`axe finds nothing at ${size.width} px, ${colorScheme}`, async () => {
        if ('missing' in tools) return;
        const url = saved('demo.html', demo);
        // Our own policy would keep axe out as it keeps everybody out.
        const options = { viewport: size, colorScheme, bypassCSP: true };
        const { page, said } = await opened(url, options);
        await page.evaluate(tools.axe);
        const found = await page.evaluate<string[]>(
          "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.html).slice(0, 3).join(' ')))",
        );
        assert.deepEqual(found, []);
        const width = await page.evaluate<number>('document.documentElement.scrollWidth');
        assert(width <= size.width, `the page is ${width} px wide`);
        assert.deepEqual(said, []);
        await page.close();
      });
    }
  }

  it('sorts, filters and turns pages, and says how many keys are shown', async () => {
    const report = reportOf([{ account: ACCOUNT, users: manyUsers(250) }]);
    const { page, said } = await opened(saved('many.html', renderHtml(report)));
    assert.equal(await page.textContent('#shown'), '250 keys');
    assert.equal((await rowsShown(page)).length, 100);
    await page.click('#page-next');
    await page.click('#page-next');
    assert.equal((await rowsShown(page)).length, 50);
    assert.equal(await page.textContent('#page-at'), 'page 3 of 3');
    await page.click('th[data-sort="Age"] button');
    const ages = (await rowsShown(page)).map((row) => Number.parseInt(row[2] ?? '', 10));
    assert.deepEqual(
      ages,
      ages.toSorted((a, b) => b - a),
      'the oldest first',
    );
    await page.click('th[data-sort="User"] button');
    assert.equal((await rowsShown(page))[0]?.[0], 'svc-billing-0');
    await page.fill('#find', 'orders-1');
    const found = await rowsShown(page);
    assert(found.length > 0 && found.every((row) => row[0]?.startsWith('svc-orders-1')));
    assert.equal(await page.textContent('#shown'), `${found.length} of 250 keys`);
    await page.fill('#find', '');
    await page.selectOption('#only', '1');
    assert.equal(await page.textContent('#shown'), `${report.summary.overdue} of 250 keys`);
    assert.deepEqual(said, []);
    await page.close();
  });

  it('works with the keyboard alone', async () => {
    const { page } = await opened(saved('demo.html', demo));
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.className'), 'skip');
    await page.evaluate('document.querySelector(\'th[data-sort="User"] button\').focus()');
    await page.keyboard.press('Enter');
    const sorted = 'document.querySelector(\'th[data-sort="User"]\').getAttribute("aria-sort")';
    assert.equal(await page.evaluate(sorted), 'ascending');
    await page.evaluate("document.querySelector('#theme [data-theme=dark]').focus()");
    await page.keyboard.press('Space');
    assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark');
    await page.close();
  });

  it('a name made of HTML stays text, in the first rows and in those that the script draws', async () => {
    const report = reportOf([{ account: ACCOUNT, users: manyUsers(120) }]);
    const named = { ...report, keys: report.keys.map((key) => ({ ...key, username: HOSTILE })) };
    const { page, said } = await opened(saved('hostile.html', renderHtml(named)));
    const title = await page.evaluate<string>('document.title');
    assert.match(title, /^Access keys/);
    assert.equal((await rowsShown(page))[0]?.[0], HOSTILE);
    await page.click('#page-next');
    assert.equal((await rowsShown(page))[0]?.[0], HOSTILE);
    assert.equal(await page.evaluate('document.images.length'), 0);
    assert.equal(await page.evaluate('document.scripts.length'), 2);
    assert.deepEqual(said, []);
    await page.close();
  });

  it('the policy blocks what somebody planted in the file', async () => {
    const planted = [
      '<script>document.title="planted"</script>',
      '<img src="x" onerror="document.title=\'planted\'">',
      '<style>body{display:none}</style>',
      '<p style="position:fixed">x</p>',
      '<iframe srcdoc="<script>parent.document.title=\'planted\'</script>"></iframe>',
    ].join('');
    const { page, said } = await opened(
      saved(
        'planted.html',
        demo.replace('</main>', () => `${planted}</main>`),
      ),
    );
    assert.match(await page.evaluate<string>('document.title'), /^Access keys/);
    assert.equal(await page.evaluate('getComputedStyle(document.body).display'), 'block');
    assert(
      said.length >= 4 && said.every((text) => /Content Security Policy/.test(text)),
      said.join('\n'),
    );
    const thrown = await page.evaluate<string>(
      "(() => { try { document.body.innerHTML = '<b>x</b>'; return 'no' } catch (error) { return error.name } })()",
    );
    assert.equal(thrown, 'TypeError', 'trusted types');
    await page.close();
  });

  it('reads without a script: the first rows, the pictures, and no controls that do nothing', async () => {
    const report = reportOf([{ account: ACCOUNT, users: manyUsers(250) }]);
    const url = saved('still.html', renderHtml(report));
    const { page } = await opened(url, { javaScriptEnabled: false });
    const text = (await page.textContent('main')) ?? '';
    assert.match(text, /the first 100 of 250 keys are shown/);
    assert.match(text, /How old the keys are/);
    await page.close();
  });

  it('prints the figures and the first rows, in light colours, on few pages', async () => {
    const report = reportOf([{ account: ACCOUNT, users: manyUsers(5_000) }]);
    const url = saved('print.html', renderHtml(report));
    const { page } = await opened(url, { colorScheme: 'dark' });
    const path = join(folder, 'report.pdf');
    await page.pdf({ path, preferCSSPageSize: true });
    assert(statSync(path).size > 10_000);
    await page.emulateMedia({ media: 'print' });
    const shown = "getComputedStyle(document.querySelector('#filter')).display";
    assert.equal(await page.evaluate(shown), 'none');
    assert.equal(await page.evaluate('getComputedStyle(document.body).colorScheme'), 'light');
    await page.close();
  });

  it('5,000 keys: the page is usable within a second of work', async () => {
    const report = reportOf([{ account: ACCOUNT, users: manyUsers(5_000) }]);
    const url = saved('large.html', renderHtml(report));
    const { page, said } = await opened(url);
    // Parsing and script; how busy the machine is besides is not measured.
    const ms = await page.evaluate<number>(
      "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd",
    );
    assert.equal(await page.textContent('#shown'), '5000 keys');
    assert.deepEqual(said, []);
    process.stdout.write(`5,000 keys: ready after ${Math.round(ms)} ms\n`);
    await page.close();
  });
});
