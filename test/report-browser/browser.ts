// A browser that the report is looked at with: Chromium where the machine has one, driven by playwright-core, which
// is installed beside the repository with axe-core. Nothing of it is shipped.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SetupError } from '../moto/setup-error.ts';

const PROGRAMS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Another one than those. */
const VARIABLE = 'KEYTURN_TEST_CHROMIUM';

/** What is used of a page. */
export interface BrowserPage {
  goto(url: string): Promise<unknown>;
  evaluate<Result>(script: string): Promise<Result>;
  setViewportSize(size: { readonly width: number; readonly height: number }): Promise<void>;
  emulateMedia(media: {
    readonly colorScheme?: 'light' | 'dark';
    readonly media?: 'print' | 'screen';
  }): Promise<void>;
  screenshot(options: { readonly path: string; readonly fullPage?: boolean }): Promise<unknown>;
  pdf(options: { readonly path: string; readonly preferCSSPageSize?: boolean }): Promise<unknown>;
  click(selector: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  selectOption(selector: string, value: string): Promise<unknown>;
  textContent(selector: string): Promise<string | null>;
  on(name: 'console' | 'pageerror' | 'request', act: (event: never) => void): void;
  readonly keyboard: { press(key: string): Promise<void> };
  close(): Promise<void>;
}

export interface PageOptions {
  readonly javaScriptEnabled?: boolean;
  readonly bypassCSP?: boolean;
  readonly deviceScaleFactor?: number;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  readonly timezoneId?: string;
}

export interface Browser {
  newPage(options?: PageOptions): Promise<BrowserPage>;
  close(): Promise<void>;
}

export interface BrowserTools {
  readonly program: string;
  /** The text of axe-core. */
  readonly axe: string;
  launch(): Promise<Browser>;
}

const folderOf = (repository: string) => join(repository, '.judges', 'browser');
const pinsOf = (repository: string) => join(repository, 'test/report-browser/pins');

export function foundProgram(): string | undefined {
  const named = process.env[VARIABLE];
  return named || PROGRAMS.find((path) => existsSync(path));
}

/** What is missing, in one line; or the tools. */
export function browserTools(repository: string): BrowserTools | { readonly missing: string } {
  const program = foundProgram();
  if (program === undefined) {
    return { missing: `no Chromium is on this machine (apt-get install chromium, or ${VARIABLE})` };
  }
  if (!isPrepared(repository)) {
    return { missing: 'playwright-core and axe-core are not installed (npm run test:report)' };
  }
  const require = createRequire(join(folderOf(repository), 'package.json'));
  return {
    program,
    axe: readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'),
    launch: async () => {
      const { chromium } = require('playwright-core') as {
        chromium: { launch(options: object): Promise<Browser> };
      };
      // Root has no sandbox of its own to put the pages in, and fonts are to look alike everywhere.
      const args = ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'];
      return await chromium.launch({ executablePath: program, args });
    },
  };
}

function isPrepared(repository: string): boolean {
  const mark = join(folderOf(repository), 'prepared-for');
  return existsSync(mark) && readFileSync(mark, 'utf8') === wanted(repository);
}

function wanted(repository: string): string {
  const lock = readFileSync(join(pinsOf(repository), 'package-lock.json'));
  return createHash('sha256').update(lock).digest('hex');
}

/** Installs what is not a browser. Throws a SetupError. */
export function prepareBrowserTools(repository: string, log: (line: string) => void): void {
  if (isPrepared(repository)) return;
  log('installing playwright-core and axe-core into .judges (only once)');
  const folder = folderOf(repository);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) {
    cpSync(join(pinsOf(repository), name), join(folder, name));
  }
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) {
    const reason = (stderr ?? '').trim().split('\n').at(-1) ?? '';
    throw new SetupError(`'npm ci' failed: ${reason}`, 'the npm registry must be reachable');
  }
  // Written last, so that an install that was cut off is begun again.
  writeFileSync(join(folder, 'prepared-for'), wanted(repository));
}
