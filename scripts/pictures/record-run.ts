// The document of a real run, against the practice AWS with the people and programs of the demo.

import { fileURLToPath } from 'node:url';
import type { RotationReport } from '../../src/reports/rotation-report.ts';
import * as cast from '../demo/cast.ts';
import { Stage } from '../demo/stage.ts';
import { PracticeAws } from '../support/practice-aws.ts';
import { safeEnvironment } from '../support/safe-environment.ts';
import { ScriptError } from '../support/script-error.ts';

/** Throws a ScriptError when the run fails. */
export async function recordRun(): Promise<RotationReport> {
  const stage = new Stage();
  try {
    const env = safeEnvironment(process.env, stage.folder);
    const practice = await PracticeAws.start(stage.processes, {
      args: [],
      env,
      signal: stage.signal,
    });
    const { id } = await practice.account();
    await practice.control('POST', 'seed', cast.castSeed(id, await practice.now()));
    await practice.control('POST', 'workloads', cast.castWorkloads());
    const bin = fileURLToPath(new URL('../../../bin/rotate-iam-keys.mjs', import.meta.url));
    const { code, printed } = await stage.performUnseen(
      [bin, '--deliver', cast.PLACE, '--output-format', 'json', '--log-level', 'error'],
      { ...env, ...practice.shellEnv },
    );
    const document = printed.slice(printed.indexOf('{'), printed.lastIndexOf('}') + 1);
    if (document === '') throw new ScriptError(`the run ended with ${code}:\n${printed}`);
    return withoutThisMachine(JSON.parse(document) as RotationReport, stage.folder);
  } finally {
    await stage.close();
  }
}

/** Folders of this machine are nobody's business; no secret is in a document that delivers elsewhere. */
function withoutThisMachine(document: RotationReport, folder: string): RotationReport {
  const text = JSON.stringify(document).replaceAll(folder, '/var/lib/keyturn');
  return JSON.parse(text, (name, value) => (name === 'new_secret_key' ? null : value));
}
