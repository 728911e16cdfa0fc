// I17: how many secrets a death costs that comes while many keys are made: kill -9 at the reply to one
// of many CreateAccessKey, and then the runs that heal.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AccessKey, addOrganization, DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { Arena, type Command } from './arena.ts';
import { signsAs } from './signs.ts';

export interface CreationScene {
  readonly name: string;
  /** Members of an organization, each with the users; none for the caller's own account. */
  readonly members: readonly string[];
  readonly usersPerAccount: number;
  /** The creation at whose reply the run dies. */
  readonly nth: number;
  /** How many secrets may be lost at most. */
  readonly lostMax: number;
}

export const ONE_ACCOUNT: CreationScene = {
  name: '40 users of one account',
  ...{ members: [], usersPerAccount: 40, nth: 20, lostMax: 1 },
};

export const SIX_ACCOUNTS: CreationScene = {
  name: '48 users of six accounts',
  members: [1, 2, 3, 4, 5, 6].map((digit) => String(digit).repeat(12)),
  ...{ usersPerAccount: 8, nth: 20, lostMax: 4 },
};

export interface Death {
  readonly made: number;
  /** Keys whose secrets were nowhere when the run was dead. */
  readonly lost: number;
  /** What was not as it has to be after the runs that came later; empty when all healed. */
  readonly faults: readonly string[];
}

/** Before the answer could leave, or as soon as it was on its way. */
export type Moment = 'before the reply' | 'after the reply';

export async function dieAtCreation(
  scene: CreationScene,
  moment: Moment,
  seed: string,
): Promise<Death> {
  const arena = await Arena.open(seed);
  try {
    const accounts = prepare(arena, scene);
    const command = commandOf(scene);
    if (moment === 'before the reply') {
      const effect = { kind: 'delay-reply', durationMs: 600_000 } as const;
      const calls = { nth: scene.nth };
      arena.sandbox.faults.add({ operation: 'CreateAccessKey', calls, effect });
    }
    const creations = () => arena.sandbox.requests.list('CreateAccessKey');
    const killWhen = () => creations().filter(({ done }) => done).length >= scene.nth;
    const died = await arena.run(command, { killWhen });
    const faults = died.signal === 'SIGKILL' ? [] : [`it was not killed: ${died.stderr}`];
    arena.sandbox.faults.clear();
    const made = accounts.flatMap((account) => madeIn(arena, account));
    const lost = made.filter((key) => secretIn(arena, key) !== key.secret);
    return {
      made: made.length,
      lost: lost.length,
      faults: [...faults, ...(await heal(arena, { scene, accounts }))],
    };
  } finally {
    await arena.close();
  }
}

function prepare({ sandbox: { world } }: Arena, scene: CreationScene): readonly string[] {
  const { members, usersPerAccount } = scene;
  if (members.length > 0) addOrganization(world, { accounts: members.map((id) => ({ id })) });
  const accounts = members.length > 0 ? members : [DEFAULT_ACCOUNT_ID];
  for (const account of accounts) {
    for (const name of usersOf(usersPerAccount)) {
      world.account(account);
      world.addUser(account, { name });
      world.addKey(account, name, { ageDays: 400 });
    }
  }
  return accounts;
}

function usersOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `svc-${index + 1}`);
}

function commandOf({ members }: CreationScene): Command {
  const accounts = members.length > 0 ? [`--accounts=${members.join(',')}`] : [];
  return { program: 'rotate-iam-keys', args: ['--log-level=error', ...accounts] };
}

/** The keys of the account that were made since the scene began. */
function madeIn({ sandbox: { world } }: Arena, account: string): AccessKey[] {
  const users = [...world.account(account).users.values()];
  const keys = users.filter(({ name }) => name.startsWith('svc-')).flatMap(({ keys }) => keys);
  return keys.filter(({ createDate }) => createDate.getTime() > Date.now() - 86_400_000);
}

function secretIn({ stateDir }: Arena, { id, accountId }: AccessKey): string | undefined {
  const path = join(stateDir, accountId, 'handoff', `${id}.json`);
  if (!existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, 'utf8')).secret_access_key;
}

interface Healing {
  readonly scene: CreationScene;
  readonly accounts: readonly string[];
}

/** The next run at once, and another when AWS would show a use of the keys that were lost. */
async function heal(arena: Arena, { scene, accounts }: Healing): Promise<string[]> {
  const faults: string[] = [];
  await arena.run(commandOf(scene));
  arena.passHours(5);
  const healed = await arena.run(commandOf(scene));
  if (healed.code !== 0) faults.push(`exit ${healed.code}: ${healed.stderr.slice(-500)}`);
  for (const account of accounts) {
    for (const user of usersOf(scene.usersPerAccount)) {
      const { keys } = arena.sandbox.world.user(account, user);
      const states = keys.map(({ status }) => status).sort();
      if (states.join() !== 'Active,Inactive') faults.push(`${account} ${user}: ${states}`);
      const active = keys.find(({ status }) => status === 'Active');
      if (active === undefined || secretIn(arena, active) !== active.secret) {
        faults.push(`${account} ${user}: the secret of the Active key is nowhere`);
      } else if ((await signsAs(arena, active)) !== user) {
        faults.push(`${account} ${user}: the new key does not sign`);
      }
    }
  }
  return faults;
}

/** Plays each moment in turn, two at a time; tells the figures. */
export async function dieAgainAndAgain(scene: CreationScene, count: number): Promise<Death[]> {
  const deaths: Death[] = [];
  let begun = 0;
  const play = async () => {
    while (begun < count) {
      begun += 1;
      const moment = begun % 2 === 0 ? 'before the reply' : 'after the reply';
      deaths.push(await dieAtCreation(scene, moment, `creations-${begun}`));
    }
  };
  await Promise.all([play(), play()]);
  const lost = deaths.map((death) => death.lost).sort((a, b) => a - b);
  const made = deaths.map((death) => death.made);
  process.stderr.write(
    `kill: ${scene.name}, kill -9 at the reply to creation ${scene.nth}, ${count} times: ` +
      `${Math.min(...made)} to ${Math.max(...made)} keys made, ` +
      `${lost[0]} to ${lost.at(-1)} secrets lost, median ${lost[lost.length >> 1]}\n`,
  );
  return deaths;
}
