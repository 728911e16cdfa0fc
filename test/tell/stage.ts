// An account, a configuration that tells somebody, and those who are told, on this machine. Commands run in this
// process: what they print is seen, and nothing has to be started.

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { keyturnCommand } from '../../src/cli/keyturn/command.ts';
import { rotateCommand } from '../../src/cli/rotate/command.ts';
import { type Command, runCommand } from '../../src/cli/run.ts';
import { type RotationReport, rotationReportSchema } from '../../src/reports/rotation-report.ts';
import { fakeHost } from '../cli/fake-host.ts';
import { stageOf } from '../config/stage.ts';
import { type Handler, type Scripted, scriptedServer } from '../http/scripted-server.ts';

export const IDLE = { ageDays: 100 };
/** Used an hour ago, so it stays Active beside its successor. */
export const IN_USE = {
  ageDays: 100,
  lastUsed: { at: new Date(Date.now() - 3_600_000), service: 's3', region: 'eu-central-1' },
};

type Environment = Readonly<Record<string, string>>;

export async function runHere(command: Command, words: readonly string[], env: Environment) {
  const host = { ...fakeHost(words, { env }), clock: systemClock, cwd: '/', home: '/nowhere' };
  const code = await runCommand(command, host);
  return { code, stdout: host.out(), stderr: host.err() };
}

export async function tellStage(t: TestContext) {
  const stage = await stageOf(t);
  const { config, env, folder } = stage;
  const metricsPath = join(folder, 'keyturn.prom');
  const metrics = () => readFileSync(metricsPath, 'utf8');
  const rotate = async (text: string, words: readonly string[] = []) => {
    await writeFile(config, text);
    const args = ['--config', config, '--output-format', 'json', '--log-level', 'warn', ...words];
    const result = await runHere(rotateCommand(), args, env);
    const parsed = rotationReportSchema.safeParse(JSON.parse(result.stdout || '{}'));
    return { ...result, report: parsed.data as RotationReport };
  };
  const keyturn = (words: readonly string[]) => runHere(keyturnCommand, words, env);
  return { ...stage, metricsPath, metrics, rotate, keyturn };
}

/** One series of such a file; undefined where it is not there. */
export function seriesIn(text: string, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

/** Somebody who takes messages, and what they were sent. */
export async function listener(t: TestContext, script: readonly Scripted[] | Handler = OK) {
  const server = await scriptedServer(t, script);
  const bodies = () => server.asked.map(({ body }) => JSON.parse(body));
  return { ...server, bodies };
}

const OK: readonly Scripted[] = [{ body: 'ok' }];

/** A configuration of one rule for everybody, with these lines below `notify:`. */
export function telling(notify: string, more = ''): string {
  return `version: 1
rules:
  - name: all
    match: all
    retire: when-quiet
    deliver: [handoff]
notify:
  ${notify.trim().split('\n').join('\n  ')}
${more}`;
}

/** The channel ops, whose address is in the environment. */
export const OPS = `channels:
  - {name: ops, slack: "\${env:OPS_HOOK}"}`;
