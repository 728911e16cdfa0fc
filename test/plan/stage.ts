// An account, a configuration, and keyturn plan and apply as real processes.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ApplyReport } from '../../src/reports/apply-report.ts';
import type { PlanDocument } from '../../src/reports/plan-document.ts';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { run } from '../cli/process.ts';
import { stageOf } from '../config/stage.ts';
import { callJson } from '../sandbox/json-call.ts';
import { administrator } from '../sandbox/sdk.ts';

export { dayFromNow } from '../config/stage.ts';

export async function planStage(t: TestContext, text: string) {
  const stage = await stageOf(t);
  const { config, folder, env, sandbox } = stage;
  const file = join(folder, 'plan.json');
  const saved = async (): Promise<PlanDocument> => JSON.parse(await readFile(file, 'utf8'));
  const configure = (now: string) => writeFile(config, now);
  await configure(text);
  const keyturn = (words: readonly string[], more: Record<string, string> = {}) =>
    run('keyturn', words, { ...env, ...more });
  const plan = async (...words: string[]) => {
    const result = await keyturn(['plan', '--config', config, '-o', file, '--json', ...words]);
    return { ...result, plan: JSON.parse(result.stdout || '{}') as PlanDocument };
  };
  const apply = async (words: readonly string[] = [file], more: Record<string, string> = {}) => {
    const flags = ['--config', config, '--output-format', 'json'];
    const result = await keyturn(['apply', ...words, ...flags], more);
    return { ...result, report: JSON.parse(result.stdout || '{}') as ApplyReport };
  };
  /** What was changed since the log was cleared last. */
  const changes = () =>
    sandbox.requests
      .list()
      .filter(({ access }) => access === 'write')
      .map(({ operation }) => operation);
  /** Somebody else works on a secret or a parameter. */
  const ask = async (operation: string, input: object): Promise<void> => {
    const service = operation.includes('Parameter') ? 'ssm' : 'secretsmanager';
    const signer = { endpoint: sandbox.url, credentials: administrator(sandbox) };
    const { status, json } = await callJson({ ...signer, service, operation, input });
    assert.equal(status, 200, JSON.stringify(json));
  };
  const keysOf = (name: string) => sandbox.world.user(DEFAULT_ACCOUNT_ID, name).keys;
  return { ...stage, file, saved, configure, keyturn, plan, apply, changes, ask, keysOf };
}

export type PlanStage = Awaited<ReturnType<typeof planStage>>;

/** What the plan says of the keys of a user: the action and the reason of each. */
export function actionsOf({ users }: PlanDocument): Record<string, string[]> {
  return Object.fromEntries(
    users.map(({ user, keys }) => [user, keys.map(({ action, reason }) => `${action}: ${reason}`)]),
  );
}

export function statesOf({ users }: ApplyReport): Record<string, string> {
  return Object.fromEntries(users.map(({ username, state }) => [username, state]));
}

export function stepsOf({ users }: PlanDocument, name: string): string[] {
  const user = users.find((each) => each.user === name);
  return (user?.keys ?? []).flatMap(({ steps }) => steps.map((step) => step.do));
}
