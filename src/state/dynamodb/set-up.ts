// Makes the two tables and the key of a store, and looks at them.

import type { AwsTableMaker, KeyFacts, TableFacts } from '../../base/aws-tables.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command, type Hint } from '../../base/hint.ts';
import type { Box } from '../../custody/box.ts';
import { toldOfBox } from '../../custody/told-of-box.ts';
import type { Finding } from '../stores.ts';
import type { DynamoDbStore } from './dynamodb-store.ts';
import { ownKeyOf } from './place.ts';

export interface SetUp {
  readonly maker: AwsTableMaker;
  readonly table: string;
  readonly custodyTable: string;
  /** Seals secrets; undefined where no key of KMS does. */
  readonly keyId: string | undefined;
  readonly box: Box;
  /** The flags that name it, for commands. */
  readonly words: readonly string[];
}

/** Makes what is not there yet; resolves with what that was. */
export async function makeTables(setUp: SetUp): Promise<readonly string[]> {
  const { maker, table, custodyTable, keyId } = setUp;
  const alias = ownKeyOf(keyId);
  if (keyId !== undefined && alias === undefined && !(await maker.describeKey(keyId))) {
    throw new KeyturnError('bad-value', `KMS key ${keyId} does not exist`, { hint: NOT_MADE });
  }
  const made: string[] = [];
  for (const [name, hasBackups] of [
    [table, true],
    // What was in custody is what works now: a backup would keep it for weeks.
    [custodyTable, false],
  ] as const) {
    if ((await maker.describeTable(name)) !== undefined) continue;
    await maker.makeTable(name, hasBackups);
    made.push(`table ${name}`);
  }
  if (alias !== undefined && (await maker.describeKey(alias)) === undefined) {
    await maker.makeKey(alias);
    made.push(`KMS key ${alias}`);
  }
  return made;
}

/** Every thing that a run needs, and what keeps it safe; then the proof by reads alone. */
export async function examineTables(
  setUp: SetUp,
  store: DynamoDbStore,
): Promise<readonly Finding[]> {
  const { maker, table, custodyTable, keyId, box, words } = setUp;
  const init: Hint = ['make it:', command('keyturn', 'state', 'init', '--create', ...words)];
  const findings: Finding[] = [];
  for (const name of [table, custodyTable]) {
    const facts = await maker.describeTable(name);
    if (facts === undefined) {
      findings.push({ verdict: 'wrong', what: `table ${name} does not exist`, hint: init });
    } else findings.push(...judge(name, facts, name === custodyTable));
  }
  if (keyId !== undefined) findings.push(...judgeKey(keyId, await maker.describeKey(keyId), init));
  if (findings.some(({ verdict }) => verdict === 'wrong')) return findings;
  return [...findings, await proof(store, box)];
}

const NOT_MADE =
  'AWS gives keys their IDs: check --custody-kms-key and the region, or name an alias (alias/NAME), which keyturn state init --create makes';

function judgeKey(keyId: string, key: KeyFacts | undefined, init: Hint): readonly Finding[] {
  const wrong = (what: string, hint?: Hint) => [{ verdict: 'wrong', what, hint } as const];
  if (key === undefined) {
    const hint = ownKeyOf(keyId) === undefined ? NOT_MADE : init;
    return wrong(`KMS key ${keyId} does not exist`, hint);
  }
  return key.isEnabled ? [] : wrong(`KMS key ${keyId} is not enabled: no secret opens`);
}

function judge(name: string, facts: TableFacts, isCustody: boolean): readonly Finding[] {
  const findings: Finding[] = [];
  const say = (verdict: Finding['verdict'], what: string) => findings.push({ verdict, what });
  if (facts.keys.join() !== 'pk,sk') {
    say('wrong', `table ${name} has the keys ${facts.keys.join(' and ')}, and needs pk and sk`);
  } else if (!facts.isReady) say('wrong', `table ${name} is not ready`);
  else say('fine', `table ${name} exists`);
  if (!facts.isProtected) say('doubtful', `table ${name} is not protected from being deleted`);
  if (!facts.isOnDemand) {
    say('doubtful', `table ${name} has provisioned capacity: a large run may be throttled`);
  }
  if (facts.expiryAttribute !== 'ttl') {
    say('doubtful', `table ${name} does not let items go at "ttl": marks of old keys stay`);
  }
  if (facts.hasBackups === undefined) {
    say('doubtful', `whether table ${name} has point-in-time recovery is not known`);
  } else if (isCustody && facts.hasBackups) {
    say(
      'doubtful',
      `table ${name} has point-in-time recovery, which keeps removed secrets for weeks`,
    );
  } else if (!isCustody && !facts.hasBackups) {
    say(
      'doubtful',
      `table ${name} has no point-in-time recovery: a journal that is deleted is gone`,
    );
  }
  if (isCustody && facts.hasStream)
    say('doubtful', `table ${name} has a stream, which keeps secrets`);
  return findings;
}

async function proof(store: DynamoDbStore, box: Box): Promise<Finding> {
  try {
    await store.prepare('foretell');
    const { length } = await store.accounts();
    const accounts = length === 1 ? '1 account' : `${length} accounts`;
    return {
      verdict: 'fine',
      what: `the tables can be read, with ${accounts}, and ${toldOfBox(box)}`,
    };
  } catch (thrown) {
    if (!(thrown instanceof KeyturnError)) throw thrown;
    return { verdict: 'wrong', what: thrown.message, hint: thrown.hintParts };
  }
}
