// The demo, step by step. The commands run as they would by hand; what is claimed about them is
// asked of the practice AWS.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/clock.ts';
import { PracticeAws, type PracticeUser } from '../support/practice-aws.ts';
import { safeEnvironment } from '../support/safe-environment.ts';
import { ScriptError } from '../support/script-error.ts';
import { type AccountFacts, accountFacts, DUE_DAYS } from './account-facts.ts';
import { callTable, type LoggedRun } from './call-table.ts';
import * as claims from './claims.ts';
import type { Narrator } from './narrator.ts';
import type { Stage } from './stage.ts';
import { whoSignsAt } from './who-signs.ts';

const POPULATION = {
  // And the administrator, whose key signs the calls: 300.
  users: 299,
  seed: 'demo',
  counts: { due: 9, neverUsed: 3, twoActive: 2, inactiveOnly: 8, noKeys: 40 },
};
const LATENCY_MS = 60;
const KEY_LAG_SECONDS = 3;

const ROTATE = fileURLToPath(new URL('../../../bin/rotate-iam-keys.mjs', import.meta.url));

export class Story {
  readonly #stage: Stage;
  readonly #narrator: Narrator;
  readonly #env: Readonly<Record<string, string>>;
  readonly #runs: LoggedRun[] = [];

  constructor(stage: Stage, narrator: Narrator, env: NodeJS.ProcessEnv) {
    this.#stage = stage;
    this.#narrator = narrator;
    this.#env = safeEnvironment(env, stage.folder);
  }

  async tell(): Promise<void> {
    this.#narrator.title('keyturn demo: rotate every old access key of an AWS account');
    const practice = await PracticeAws.start(this.#stage.processes, {
      args: ['--latency-ms', String(LATENCY_MS), '--key-lag-s', String(KEY_LAG_SECONDS)],
      env: this.#env,
      population: POPULATION,
      signal: this.#stage.signal,
    });
    const users = await practice.users();
    const facts = accountFacts(users, systemClock.now());
    this.#introduce(practice, facts);
    await this.#dryRun(practice, users, facts);
    const after = await this.#realRun(practice, users, facts);
    await this.#secondRun(practice, after, facts);
    this.#closing();
  }

  #introduce(practice: PracticeAws, facts: AccountFacts): void {
    const { userCount, keyCount, rotatable, blocked } = facts;
    const say = this.#narrator;
    say.say(
      `A practice AWS now runs on this machine (${practice.url}), with an invented account: ` +
        `${userCount} users, ${keyCount} access keys. Real processes and real HTTP; nothing here ` +
        'reaches the real AWS or reads your ~/.aws.',
    );
    say.gap();
    const used = `one key, ${DUE_DAYS} days old or more (${facts.neverUsedCount} never used)`;
    const rows: readonly (readonly [number, string, string])[] = [
      [rotatable.length, used, 'rotate'],
      [blocked.length, 'an old key and a second Active one', 'a person decides'],
      [facts.youngCount, 'a younger key', 'leave alone'],
      [facts.inactiveOnlyCount, 'only an Inactive key', 'leave alone'],
      [facts.noKeysCount, 'no key', 'leave alone'],
    ];
    say.lines(
      rows.map(
        ([count, what, action]) =>
          `${String(count).padStart(3)} users  ${what.padEnd(used.length)}  -> ${action}`,
      ),
    );
  }

  async #dryRun(
    practice: PracticeAws,
    before: readonly PracticeUser[],
    facts: AccountFacts,
  ): Promise<void> {
    this.#narrator.step('1 of 3: what would happen?');
    this.#narrator.say('A dry run says what it would do, and may only read.');
    const code = await this.#run(practice, 'dry run', ['--dry-run']);
    const prove = this.#narrator;
    prove.proved(claims.claimExitCode(0, code, 'the question was answered'));
    prove.proved(claims.claimOnlyReads(this.#requestsOf('dry run')));
    prove.proved(claims.claimUnchanged(before, await practice.users()));
    if (this.#stateEntries().length > 0) {
      throw new ScriptError('the dry run left files in the state directory');
    }
    if (facts.rotatable.length === 0) throw new ScriptError('the account has no due key');
  }

  async #realRun(
    practice: PracticeAws,
    before: readonly PracticeUser[],
    facts: AccountFacts,
  ): Promise<readonly PracticeUser[]> {
    this.#narrator.step('2 of 3: rotate');
    this.#narrator.say(
      'Now for real. For each key, many at a time: note the intent on disk, create the new key, ' +
        'put its secret on disk, wait until AWS accepts the new key three times in a row (it ' +
        `refuses new keys for some seconds; here ${KEY_LAG_SECONDS}), and only then make the old ` +
        'key Inactive. A crash at any point loses nothing: the next run goes on from the notes.',
    );
    const code = await this.#run(practice, 'real run', []);
    const after = await practice.users();
    const prove = this.#narrator;
    const waiting = `${facts.blocked.length} users still need a person, the rest is done`;
    prove.proved(claims.claimExitCode(1, code, waiting));
    const rotated = claims.rotatedKeys(facts.rotatable, after);
    prove.proved(claims.claimMadeOnce(rotated, this.#requestsOf('real run')));
    const whoSigns = whoSignsAt(practice.url, this.#stage.signal);
    prove.proved(await claims.claimSecretsWork(rotated, this.#handedOff(), whoSigns));
    prove.proved(await claims.claimOldKeysRefused(rotated, whoSigns));
    const names = new Set(rotated.map(({ userName }) => userName));
    const others = (users: readonly PracticeUser[]) => users.filter(({ name }) => !names.has(name));
    prove.proved(`the rest: ${claims.claimUnchanged(others(before), others(after))}`);
    return after;
  }

  async #secondRun(
    practice: PracticeAws,
    before: readonly PracticeUser[],
    facts: AccountFacts,
  ): Promise<void> {
    this.#narrator.step('3 of 3: once more');
    this.#narrator.say(
      'A scheduler runs the same command every day. It finds nothing new to do, and reminds of ' +
        'what waits for a person.',
    );
    const code = await this.#run(practice, 'second run', []);
    const prove = this.#narrator;
    const waiting = `the same ${facts.blocked.length} users still need a person`;
    prove.proved(claims.claimExitCode(1, code, waiting));
    prove.proved(claims.claimOnlyReads(this.#requestsOf('second run')));
    prove.proved(claims.claimUnchanged(before, await practice.users()));
  }

  #closing(): void {
    const say = this.#narrator;
    say.step('The proof');
    say.say('What AWS was asked in each run, from its own request log:');
    say.gap();
    say.lines(callTable(this.#runs));
    say.gap();
    say.say('The practice AWS and every file of this demo disappear with it.');
    say.step('Your turn');
    say.say('On a real account, a dry run reads and tells; it changes nothing:');
    say.gap();
    say.lines([
      'node bin/rotate-iam-keys.mjs --dry-run --profile NAME',
      '',
      'node bin/rotate-iam-keys.mjs --help      every flag, with examples',
      'node bin/keyturn.mjs sandbox             a practice AWS to play with',
      'README.md                                what it needs, where secrets go',
      'docs/ARCHITECTURE.md                     how it never loses a key',
    ]);
    say.gap();
  }

  /** Runs `rotate-iam-keys` on this terminal, and keeps what the practice AWS was asked meanwhile. */
  async #run(practice: PracticeAws, title: string, flags: readonly string[]) {
    await practice.clearRequests();
    this.#narrator.command(['rotate-iam-keys', ...flags].join(' '));
    const env = { ...this.#env, ...practice.clientEnv };
    const code = await this.#stage.perform([ROTATE, ...flags], env);
    this.#runs.push({ title, requests: await practice.requests() });
    this.#narrator.gap();
    return code;
  }

  #requestsOf(title: string): LoggedRun['requests'] {
    return this.#runs.find((run) => run.title === title)?.requests ?? [];
  }

  #stateEntries(): readonly string[] {
    try {
      return readdirSync(join(this.#stage.folder, 'state'), { recursive: true, encoding: 'utf8' });
    } catch {
      return []; // The directory is made by the first run that writes.
    }
  }

  /** The hand-off files, read as whoever uses the new keys would. */
  #handedOff(): readonly claims.HandedOff[] {
    return this.#stateEntries()
      .filter((name) => /handoff[\\/]AKIA\w+\.json$/.test(name))
      .map((name) => {
        const text = readFileSync(join(this.#stage.folder, 'state', name), 'utf8');
        const file = JSON.parse(text) as Record<string, string>;
        return {
          userName: file.user_name ?? '',
          accessKeyId: file.access_key_id ?? '',
          secretAccessKey: file.secret_access_key ?? '',
        };
      });
  }
}
