// `npm run pictures`: the pictures of the README. They are committed; a test says when they are stale.
//
//   node dist/scripts/pictures.js             draws them
//   node dist/scripts/pictures.js --record    runs the run of the picture anew before
//   node dist/scripts/pictures.js --check     fails when one is stale; needs no browser

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RotationReport } from '../src/reports/rotation-report.ts';
import { SetupError } from '../test/moto/setup-error.ts';
import { browserTools, prepareBrowserTools } from '../test/report-browser/browser.ts';
import {
  DIGEST,
  DRAWINGS,
  digestOf,
  FOLDER,
  REPORT_VIEW,
  RUN_DOCUMENT,
  RUN_PICTURE,
  reportPage,
  reportPicture,
  runPicture,
  stalePictures,
} from './pictures/pictures.ts';
import { recordRun } from './pictures/record-run.ts';
import { runScript } from './support/against-server.ts';

// Pages tell times as this machine's clock does, and pictures are the same everywhere.
process.env.TZ = 'UTC';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const at = (path: string) => join(repository, path);
const log = (line: string) => process.stdout.write(`pictures: ${line}\n`);

async function check(): Promise<number> {
  const stale = await stalePictures(repository);
  for (const reason of stale) process.stderr.write(`pictures: ${reason}; run npm run pictures\n`);
  return stale.length > 0 ? 1 : 0;
}

/** What takes no browser. */
function drawDrawings(): void {
  mkdirSync(at(FOLDER), { recursive: true });
  for (const [path, drawing] of Object.entries(DRAWINGS)) {
    writeFileSync(at(path), drawing());
    log(`wrote ${path}`);
  }
}

async function draw(): Promise<number> {
  drawDrawings();
  prepareBrowserTools(repository, log);
  const tools = browserTools(repository);
  if ('missing' in tools) throw new SetupError('no picture can be drawn', tools.missing);
  if (process.argv.includes('--record')) {
    writeFileSync(at(RUN_DOCUMENT), `${JSON.stringify(await recordRun(), null, 1)}\n`);
    log(`wrote ${RUN_DOCUMENT}`);
  }
  const document = JSON.parse(readFileSync(at(RUN_DOCUMENT), 'utf8')) as RotationReport;
  writeFileSync(at(RUN_PICTURE), runPicture(document));
  log(`wrote ${RUN_PICTURE}`);
  const html = await reportPage();
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-pictures-'));
  const browser = await tools.launch();
  try {
    writeFileSync(join(folder, 'report.html'), html);
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ viewport: REPORT_VIEW, colorScheme });
      await page.goto(pathToFileURL(join(folder, 'report.html')).href);
      await page.screenshot({ path: at(reportPicture(colorScheme)) });
      log(`wrote ${reportPicture(colorScheme)}`);
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
  writeFileSync(at(DIGEST), `${digestOf(html)}\n`);
  return 0;
}

await runScript('pictures', process.argv.includes('--check') ? check : draw);
