// The demo, scene by scene: a month of an account in a minute. The commands run as they would by hand;
// what is claimed about them is asked of the practice AWS.

import { fileURLToPath } from 'node:url';
import { PracticeAws, type PracticeUser } from '../support/practice-aws.ts';
import { safeEnvironment } from '../support/safe-environment.ts';
import { ScriptError } from '../support/script-error.ts';
import * as cast from './cast.ts';
import { storiesOf, storyTable } from './chronicle.ts';
import * as claims from './claims.ts';
import { Month } from './month.ts';
import type { Narrator } from './narrator.ts';
import type { Stage } from './stage.ts';
import { timelinePicture } from './timeline.ts';
import { whoSignsAt } from './who-signs.ts';

const KEY_LAG_SECONDS = 2;
const QUIET_DAYS = 7;
const HOLD_DAYS = 20;
const LEAK_DAY = 10;
const LAST_DAY = 31;
const HOUR_MS = 3_600_000;

const DELIVER = ['--deliver', cast.PLACE];
/** What a scheduler starts every day. */
const DAILY = [
  ...DELIVER,
  ...['--quiet-days', String(QUIET_DAYS)],
  ...['--cleanup-inactive', '--inactive-days', String(HOLD_DAYS)],
];

const bin = (program: string): string =>
  fileURLToPath(new URL(`../../../bin/${program}.mjs`, import.meta.url));

export class Story {
  readonly #stage: Stage;
  readonly #narrator: Narrator;
  readonly #env: Readonly<Record<string, string>>;

  constructor(stage: Stage, narrator: Narrator, env: NodeJS.ProcessEnv) {
    this.#stage = stage;
    this.#narrator = narrator;
    this.#env = safeEnvironment(env, stage.folder);
  }

  async tell(): Promise<void> {
    this.#narrator.title('keyturn demo: a month of access keys in a minute');
    const practice = await this.#practiceAws();
    const scenes = new Scenes(this.#stage, this.#narrator, {
      practice,
      month: await Month.begin(practice),
      users: await practice.users(),
      env: { ...this.#env, ...practice.shellEnv },
    });
    scenes.introduce();
    await scenes.dryRun();
    await scenes.firstRun();
    await scenes.nextMorning();
    await scenes.untilTheLeak();
    await scenes.leak();
    await scenes.restOfTheMonth();
    await scenes.proof();
  }

  /** Filled with the cast, whose programs work from now on. */
  async #practiceAws(): Promise<PracticeAws> {
    const practice = await PracticeAws.start(this.#stage.processes, {
      args: ['--key-lag-s', String(KEY_LAG_SECONDS)],
      env: this.#env,
      signal: this.#stage.signal,
    });
    const { id } = await practice.account();
    await practice.control('POST', 'seed', cast.castSeed(id, await practice.now()));
    await practice.control('POST', 'workloads', cast.castWorkloads());
    return practice;
  }
}

interface Props {
  readonly practice: PracticeAws;
  readonly month: Month;
  /** The account as it was. */
  readonly users: readonly PracticeUser[];
  /** Of the commands: a shell of the practice AWS. */
  readonly env: Readonly<Record<string, string>>;
}

class Scenes {
  readonly #stage: Stage;
  readonly #narrator: Narrator;
  readonly #props: Props;

  constructor(stage: Stage, narrator: Narrator, props: Props) {
    this.#stage = stage;
    this.#narrator = narrator;
    this.#props = props;
  }

  introduce(): void {
    const say = this.#narrator;
    say.say(
      `A practice AWS now runs on this machine (${this.#props.practice.url}). Real processes and real HTTP; ` +
        'nothing here reaches the real AWS or reads your ~/.aws. Its account has these users, and one that signs ' +
        'the commands. Each of these has an access key, the password of a program, in a secret of AWS Secrets ' +
        'Manager:',
    );
    say.gap();
    const width = Math.max(...cast.CAST.map(({ name }) => name.length));
    say.lines(
      cast.CAST.map(
        ({ name, keyAgeDays, about }) =>
          `${name.padEnd(width)}  key of ${String(keyAgeDays).padStart(3)} days  ${about}`,
      ),
    );
    say.gap();
    say.say(
      `Keys of ${cast.DUE_DAYS} days and more are to be replaced, and no program may be cut off on the way. ` +
        'The programs are simulated: they read their secrets and call AWS while its clock moves.',
    );
  }

  async dryRun(): Promise<void> {
    const { month, practice, users } = this.#props;
    this.#narrator.step('Day 0: what would happen?');
    this.#narrator.say('A dry run says what it would do, and may only read.');
    const since = await month.lastRequest();
    const code = await this.#perform('rotate-iam-keys', [...DAILY, '--dry-run']);
    const prove = this.#narrator;
    prove.proved(claims.claimExitCode(0, code, 'the question was answered'));
    prove.proved(claims.claimOnlyReads(await month.requestsSince(since)));
    prove.proved(claims.claimUnchanged(users, await practice.users()));
  }

  async firstRun(): Promise<void> {
    const { month, practice, users } = this.#props;
    const { UNLUCKY } = cast;
    this.#narrator.step('Day 0: the run of the night');
    this.#narrator.say(
      `To make it harder, the secret of ${UNLUCKY} cannot be written tonight. For each old key: a new one is ` +
        `made, AWS is asked until it accepts it (here ${KEY_LAG_SECONDS} s), and only then is it written where its ` +
        'program reads. The old key of a program at work stays Active: nobody knows yet who has read the new one.',
    );
    await practice.control('POST', 'faults', {
      operation: 'PutSecretValue',
      resource: `app/${UNLUCKY}`,
      effect: { kind: 'access-denied' },
    });
    const since = await month.lastRequest();
    const code = await this.#perform('rotate-iam-keys', DAILY);
    await practice.control('DELETE', 'faults');
    const prove = this.#narrator;
    prove.proved(claims.claimExitCode(1, code, `one secret could not be written`));
    const names = cast.dueMembers().map(({ name }) => name);
    const due = users.filter(({ name }) => names.includes(name));
    const replaced = claims.replacedKeys(due, await practice.users());
    prove.proved(claims.claimMadeOnce(replaced, await month.requestsSince(since)));
    const of = (name: string) => replaced.filter(({ userName }) => userName === name);
    const idle = cast.dueMembers().filter(({ program }) => program === undefined);
    const idleNames = idle.map(({ name }) => name);
    prove.proved(
      claims.claimStillActive(replaced.filter(({ userName }) => !idleNames.includes(userName))),
    );
    for (const each of idleNames.flatMap(of)) prove.proved(claims.claimInactive(each));
    const delivered = await month.delivered();
    const whoSigns = whoSignsAt(practice.url, this.#stage.signal);
    const served = replaced.filter(({ userName }) => userName !== UNLUCKY);
    prove.proved(await claims.claimPlacesWork(served, delivered, whoSigns));
    for (const each of of(UNLUCKY)) prove.proved(claims.claimPlaceUntouched(each, delivered));
    await month.takeDown();
  }

  async nextMorning(): Promise<void> {
    const { month } = this.#props;
    this.#narrator.step('Day 1: only what failed is done again');
    await this.#perform('keyturn', ['sandbox', 'advance', '1d']);
    month.dayHasPassed();
    const since = await month.lastRequest();
    const code = await this.#perform('rotate-iam-keys', DAILY);
    const prove = this.#narrator;
    prove.proved(claims.claimExitCode(0, code, 'everything is where it belongs'));
    const place = `app/${cast.UNLUCKY}`;
    prove.proved(claims.claimOnlyRetried(await month.requestsSince(since), place));
    await month.takeDown();
  }

  async untilTheLeak(): Promise<void> {
    this.#narrator.step(`Day 2 to ${LEAK_DAY}: quiet keys go`);
    this.#narrator.say(
      'The same command runs every night. An old key that AWS has not seen in use for ' +
        `${QUIET_DAYS} days is made Inactive, which one command takes back. A key in use stays.`,
    );
    await this.#nights(LEAK_DAY);
    this.#narrator.proved(claims.claimNeverRefused(await this.#props.practice.workloads()));
  }

  async leak(): Promise<void> {
    const { month, practice } = this.#props;
    const keyId = month.keyOf(cast.LEAKED);
    this.#narrator.step(`Day ${LEAK_DAY}: a key leaks`);
    this.#narrator.say(
      `The key of ${cast.LEAKED} is found in a public repository, and somebody uses it. It is young, so no run ` +
        'replaces it, and waiting for quiet would be wrong: the thief never is. This one, now, whatever uses it:',
    );
    await practice.control('POST', 'workloads', cast.thiefWorkload());
    await month.advance(HOUR_MS);
    const code = await this.#perform('keyturn', ['rotate', keyId, '--retire', 'now', ...DELIVER]);
    const prove = this.#narrator;
    prove.proved(claims.claimExitCode(0, code, 'the leaked key is Inactive'));
    const before = await month.workload(cast.THIEF);
    await month.advance(6 * HOUR_MS);
    prove.proved(claims.claimCutOff(before, await month.workload(cast.THIEF)));
    const { refusedCount, keyId: held } = await month.workload(cast.LEAKED);
    if (held === keyId) throw new ScriptError(`${cast.LEAKED} was to read its new key by now`);
    prove.proved(
      `${cast.LEAKED} itself was refused ${refusedCount} ${refusedCount === 1 ? 'time' : 'times'} until it read its ` +
        'secret again: that is what "now" costs, and why it has to be asked for',
    );
  }

  async restOfTheMonth(): Promise<void> {
    this.#narrator.step(`Day ${LEAK_DAY + 1} to ${LAST_DAY}: what is Inactive goes for good`);
    this.#narrator.say(
      `After ${HOLD_DAYS} days of being Inactive without a complaint, a key is deleted. The old key of ` +
        `${cast.STUBBORN} is still in use, because nobody has restarted that service: every run says so, and it stays.`,
    );
    await this.#nights(LAST_DAY);
  }

  async proof(): Promise<void> {
    const { month, practice } = this.#props;
    const say = this.#narrator;
    say.step('The proof');
    say.say('From the request log of the practice AWS, not from keyturn:');
    say.gap();
    const names = cast.replacedMembers().map(({ name }) => name);
    const keys = month.oldKeys.filter(({ user }) => names.includes(user));
    const stories = storiesOf(keys, await practice.requests());
    const workloads = await practice.workloads();
    const refused = new Map(
      workloads.map(({ name, callCount, refusedCount }) => [
        name,
        `${refusedCount} of ${callCount.toLocaleString('en-US')}`,
      ]),
    );
    say.lines(storyTable(stories, month.startedAt, refused));
    say.gap();
    const retired = stories.filter(({ user }) => user !== cast.STUBBORN);
    say.proved(claims.claimHeld(retired, HOLD_DAYS));
    const quiet = retired.filter(({ user }) => user !== cast.LEAKED);
    say.proved(claims.claimQuiet(quiet, month.lastUsed, QUIET_DAYS));
    const honest = workloads.filter(({ name }) => name !== cast.LEAKED && name !== cast.THIEF);
    say.proved(claims.claimNeverRefused(honest));
    const stubborn = stories.find(({ user }) => user === cast.STUBBORN);
    if (stubborn?.inactiveAt !== undefined || stubborn?.deletedAt !== undefined) {
      throw new ScriptError(`the old key of ${cast.STUBBORN} was touched`);
    }
    say.proved(`the old key of ${cast.STUBBORN}, in use to this day, was never touched`);
    say.gap();
    say.say('The practice AWS and every file of this demo disappear with it.');
    this.#yourTurn();
  }

  #yourTurn(): void {
    const say = this.#narrator;
    say.step('Your turn');
    say.say('On a real account, a dry run reads and tells; it changes nothing:');
    say.gap();
    say.lines([
      'node bin/rotate-iam-keys.mjs --dry-run --profile NAME',
      '',
      'node bin/rotate-iam-keys.mjs --help       every flag, with examples',
      'node bin/keyturn.mjs sandbox --workloads  a practice AWS to play with',
      'README.md                                 what it needs, where secrets go',
      'docs/ARCHITECTURE.md                      how it never loses a key',
    ]);
    say.gap();
  }

  /** One night after the other, with a picture that grows. */
  async #nights(lastDay: number): Promise<void> {
    const { month } = this.#props;
    this.#narrator.command(`rotate-iam-keys ${shown(DAILY)}    # every night`);
    this.#narrator.gap();
    while (month.day < lastDay) {
      await month.nextDay();
      const args = [bin('rotate-iam-keys'), ...DAILY, '--log-level', 'error'];
      const { code, printed } = await this.#stage.performUnseen(args, this.#props.env);
      if (code !== 0) {
        throw new ScriptError(
          `the run of day ${month.day} ended with exit code ${code}:\n${printed}`,
        );
      }
      await month.takeDown();
      this.#narrator.picture(this.#picture(month.day === LAST_DAY));
    }
    this.#narrator.endPicture();
    this.#narrator.gap();
  }

  #picture(isWhole: boolean): readonly string[] {
    const members = cast.replacedMembers();
    const rows = this.#props.month.rows(members.map(({ name }) => name));
    const noted = rows.map((row, index) => ({
      ...row,
      note: isWhole ? members[index]?.moral : undefined,
    }));
    return timelinePicture(noted, {
      title: 'old key of',
      days: LAST_DAY + 1,
      paint: (mark, signs) => this.#narrator.painted(mark, signs),
    });
  }

  /** Runs a command on this terminal, as its reader would. */
  async #perform(program: string, args: readonly string[]): Promise<number | null> {
    this.#narrator.command(`${program} ${shown(args)}`);
    // On a terminal there is a progress bar; anywhere else its place is taken by a log, which is not for now.
    const hasLog = process.stdout.isTTY !== true && args[0] !== 'sandbox';
    const quiet = hasLog ? ['--log-level', 'error'] : [];
    const code = await this.#stage.perform([bin(program), ...args, ...quiet], this.#props.env);
    this.#narrator.gap();
    return code;
  }
}

/** As it is typed: braces mean something to some shells. */
function shown(args: readonly string[]): string {
  return args.map((word) => (/[{}]/.test(word) ? `'${word}'` : word)).join(' ');
}
