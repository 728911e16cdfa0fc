// The pictures of the README, and whether they show what is so. The picture of a run is drawn from the document of a
// real one, so it is compared byte for byte; those of the report are drawn by a browser, whose fonts differ between
// machines, so a digest of what they were drawn from is kept beside them.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderHtml } from '../../src/reports/key-report/html/page.ts';
import { renderText } from '../../src/reports/render-text.ts';
import type { RotationReport } from '../../src/reports/rotation-report.ts';
import { demoReport } from '../../test/support/demo-report.ts';
import { lifeOfARotation } from './life-of-a-rotation.ts';
import { terminalPicture } from './terminal-picture.ts';
import { whoHoldsTheSecret } from './who-holds-the-secret.ts';

export const FOLDER = 'docs/pictures';
export const RUN_DOCUMENT = `${FOLDER}/run.json`;
export const RUN_PICTURE = `${FOLDER}/run.svg`;
export const DIGEST = `${FOLDER}/report.sha256`;
export const REPORT_VIEW = { width: 1180, height: 1180 } as const;
export const reportPicture = (theme: 'light' | 'dark'): string => `${FOLDER}/report-${theme}.png`;

/** Pictures that follow from nothing but what they say. */
export const DRAWINGS: Readonly<Record<string, () => string>> = {
  [`${FOLDER}/life-of-a-rotation.svg`]: lifeOfARotation,
  [`${FOLDER}/who-holds-the-secret.svg`]: whoHoldsTheSecret,
};

const COLUMNS = 118;
const RUN_COMMAND = "rotate-iam-keys --deliver 'secrets-manager=app/{user}'";

/** The page that is photographed: a made-up company, at a fixed time. */
export async function reportPage(): Promise<string> {
  return renderHtml(await demoReport());
}

/** Of what the pictures of the report follow from: its script draws what stands there already. */
export function digestOf(page: string): string {
  const drawn = page.replace(/<meta http-equiv[^>]*>/, '').replaceAll(/<script.*?<\/script>/gs, '');
  return createHash('sha256').update(JSON.stringify(REPORT_VIEW)).update(drawn).digest('hex');
}

export function runPicture(document: RotationReport): string {
  const page = renderText(document, { colour: true, width: COLUMNS }).trimEnd().split('\n');
  return terminalPicture({
    title: `A run: ${RUN_COMMAND}`,
    columns: COLUMNS,
    lines: [`\x1b[36m$\x1b[0m \x1b[1m${RUN_COMMAND}\x1b[0m`, '', ...page],
  });
}

/** The pictures that do not show what is so; each with the reason. */
export async function stalePictures(repository: string): Promise<readonly string[]> {
  const text = (path: string) => {
    const file = join(repository, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  const stale: string[] = [];
  const document = JSON.parse(text(RUN_DOCUMENT) || 'null') as RotationReport | null;
  if (document === null || text(RUN_PICTURE) !== runPicture(document)) {
    stale.push(`${RUN_PICTURE} is not what its document gives`);
  }
  if (text(DIGEST).trim() !== digestOf(await reportPage())) {
    stale.push('the pictures of the report were drawn from another page');
  }
  for (const [path, draw] of Object.entries(DRAWINGS)) {
    if (text(path) !== draw()) stale.push(`${path} is not what its script draws`);
  }
  return stale;
}
