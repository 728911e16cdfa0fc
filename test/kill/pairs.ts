// Two commands on one user: the first dies, the second is run all the same, then `keyturn recover`
// repairs, and a last run finds nothing to do.

import { writeFileSync } from 'node:fs';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import type { DeliveryReceipt, RotationStep } from '../../src/lifecycle/record.ts';
import { type AccessKey, DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { type Arena, type Command, OLD_KEY } from './arena.ts';
import type { Course, Point } from './points.ts';
import { diskPoints, requestPoints } from './points.ts';
import { fileOf, LOG, OWNER, SELF_SERVICE, TARGET } from './profile.ts';
import { type Remembered, remember } from './remember.ts';
import type { Scene } from './scene.ts';

const DAY_MS = 86_400_000;

const FLEET_FLAGS = ['--cleanup-inactive', '--retire=now', '--output-format=json', ...LOG];

/** What a person or a scheduler may run next, whatever happened. */
export const SECONDS: Readonly<Record<string, Command>> = {
  rotate: { program: 'keyctl', args: ['-t', TARGET, '--yes', '--json', ...LOG] },
  undo: { program: 'keyctl', args: ['undo', '-t', TARGET, '--json', ...LOG] },
  finish: { program: 'keyctl', args: ['finish', '-t', TARGET, '--now', '--json', ...LOG] },
  'keyturn undo': { program: 'keyturn', args: ['undo', OWNER, '--json', ...LOG] },
  fleet: { program: 'rotate-iam-keys', args: FLEET_FLAGS },
  deactivate: byName('deactivate'),
};

const FINISH_AND_DELETE: Command = {
  program: 'keyctl',
  args: ['finish', '-t', TARGET, '--now', '--delete', '--json', ...LOG],
};

/** How far the life of the profile's key has come when the first command begins. */
type Stage = 'fresh' | 'rotated' | 'in grace' | 'retired' | 'held for long';

const FIRSTS: readonly (readonly [Stage, string, Command])[] = [
  ['fresh', 'rotate', command('rotate')],
  ['fresh', 'fleet', command('fleet')],
  ['held for long', 'rotate', command('rotate')],
  ['rotated', 'undo', command('undo')],
  ['rotated', 'finish', command('finish')],
  ['rotated', 'keyturn undo', command('keyturn undo')],
  ['in grace', 'deactivate', byName('deactivate')],
  ['in grace', 'fleet', command('fleet')],
  ['in grace', 'keyturn undo', command('keyturn undo')],
  ['retired', 'undo', command('undo')],
  ['retired', 'finish', FINISH_AND_DELETE],
  ['retired', 'keyturn undo', command('keyturn undo')],
];

/** A person's word about the old key, who has seen that it may go. */
function byName(verb: string): Command {
  return {
    program: 'keyturn',
    args: ['keys', verb, OLD_KEY, '--although-in-use', '--json', ...LOG],
  };
}

function command(name: string): Command {
  const found = SECONDS[name];
  if (found === undefined) throw new RangeError(`there is no command ${name}`);
  return found;
}

export const FIRST_SCENES: readonly Scene[] = FIRSTS.map(([stage, name, command]) => ({
  name: `${stage}, ${name}`,
  command,
  isIdle: () => false,
  prepare: (arena) => {
    setStage(arena, stage);
    return Promise.resolve();
  },
  faults: () => Promise.resolve([]),
}));

export interface Pair {
  readonly first: Point;
  readonly secondName: string;
  readonly second: Command;
  readonly name: string;
}

/**
 * A death that changes something is followed by each of the commands. One at a read leaves what the
 * change before it left: there the commands take turns.
 */
export function pairsOf(scene: Scene, course: Course): Pair[] {
  const seconds = Object.entries(SECONDS);
  // Of the others no program tells the difference.
  const isOfInterest = ({ change }: Course['changes'][number]) =>
    /journal\.jsonl|rename .*\/credentials$|(rename|remove) .*\/handoff\//.test(change);
  const changes = { ...course, changes: course.changes.filter(isOfInterest) };
  let turn = 0;
  return [...requestPoints(scene, course), ...diskPoints(scene, changes)].flatMap((first) => {
    turn += 1;
    const chosen = isRead(first) ? seconds.slice(turn % seconds.length).slice(0, 1) : seconds;
    return chosen.map(([secondName, second]) => ({
      first,
      secondName,
      second,
      name: `${first.name}, then ${secondName}`,
    }));
  });
}

function isRead({ harm }: Point): boolean {
  return harm.kind === 'killed' && !/^(Create|Update|Delete)/.test(harm.call.operation);
}

/** A profile whose key nobody used for long, and which makes room once it has been Inactive for long. */
function setStage(arena: Arena, stage: Stage): void {
  const { world } = arena.sandbox;
  world.addUser(DEFAULT_ACCOUNT_ID, { name: OWNER, policies: { own: SELF_SERVICE } });
  const at = new Date(Date.now() - 60 * DAY_MS);
  const old = world.addKey(DEFAULT_ACCOUNT_ID, OWNER, { ageDays: 200, lastUsed: { at } });
  if (stage === 'fresh') {
    setFile(arena, [[TARGET, old]]);
    return;
  }
  const isOver = stage === 'held for long';
  const rotatedAt = new Date(Date.now() - (isOver ? 50 : 10) * DAY_MS);
  const made = world.addKey(DEFAULT_ACCOUNT_ID, OWNER, { createDate: rotatedAt });
  setFile(arena, [
    [TARGET, made],
    [`${TARGET}-previous`, old],
  ]);
  remember(arena, OWNER, rotated(arena, { old, made, at: rotatedAt }, stage));
  if (stage === 'rotated' || stage === 'in grace') return;
  old.status = 'Inactive';
  const keyId = accessKeyId(old.id);
  const retired = [
    { type: 'retiring', keyId, reason: 'finish' },
    { type: 'retired', keyId },
  ] as const;
  const retiredAt = new Date(Date.now() - (isOver ? 40 : 5) * DAY_MS);
  remember(
    arena,
    OWNER,
    retired.map((step) => ({ at: retiredAt, rotation: null, step })),
  );
}

function setFile(arena: Arena, pairs: readonly (readonly [string, AccessKey])[]): void {
  const sections = pairs.map(
    ([profile, { id, secret }]) =>
      `[${profile}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`,
  );
  writeFileSync(fileOf(arena), `# by hand\n${sections.join('\n')}`, { mode: 0o600 });
}

interface Replaced {
  readonly old: AccessKey;
  readonly made: AccessKey;
  readonly at: Date;
}

function rotated(arena: Arena, { old, made, at }: Replaced, stage: Stage): Remembered[] {
  const place = `${fileOf(arena)} [${TARGET}]`;
  const oldKeyId = accessKeyId(old.id);
  const steps: RotationStep[] = [
    {
      type: 'intended',
      oldKeyId,
      knownKeyIds: [oldKeyId],
      oldKeyFate: stage === 'in grace' ? 'when-quiet' : 'keep',
      target: { kind: 'credentials-file', place },
    },
    { type: 'created', newKeyId: accessKeyId(made.id) },
    ...endOf(stage, [{ kind: 'credentials-file', reference: place }]),
  ];
  return steps.map((step) => ({ at, rotation: 'earlier', step }));
}

/** Grace is of this version, the others are of the first one, which delivered and then asked AWS. */
function endOf(stage: Stage, receipts: readonly DeliveryReceipt[]): readonly RotationStep[] {
  const delivered = { type: 'delivered', receipts } as const;
  const checks = 3;
  return stage === 'in grace'
    ? [{ type: 'proved', checks }, delivered, { type: 'in-grace' }]
    : [delivered, { type: 'verified', checks }, { type: 'completed' }];
}
