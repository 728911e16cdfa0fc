// AWS over a network that loses, delays and repeats. What was sent is carried out, whoever lives to hear of it.

import type {
  AccountGateway,
  CreateOutcome,
  Fence,
  IamUser,
  KeyReader,
  KeyWriter,
} from '../../src/aws/gateway.ts';
import { KeyturnError, toKeyturnError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import type { FaultKind } from './faults.ts';
import { never, type SimProcess } from './machine.ts';
import { makesNothing, noParameters } from './no-places.ts';
import { mayHelp } from './operator.ts';
import { simSecretStore } from './secret-service.ts';
import type { RunSettings } from './settings.ts';
import { simOverview, simUserFacts } from './sim-overview.ts';
import { type Read, simReports } from './sim-reports.ts';
import { simVerifier } from './sim-verifier.ts';
import { HOUR_MS, MINUTE_MS, type Stage, TOLERATED_SKEW_MS } from './stage.ts';
import type { Basis } from './view.ts';
import { ACCOUNT, type SimKey, type SimUser } from './world.ts';

/** After this long without an answer a call is given up. */
const TIMEOUT_MS = 15_000;
/** AWS does not take a request whose signature is older. */
const LATE_MS_MAX = 14 * MINUTE_MS;
const SIGNATURE_LIFE_MS = 15 * MINUTE_MS;
/** Where sleepers are taken over, a change is sent again as the SDK does it, with a new signature. */
const ATTEMPTS_MAX = 3;
const STALE_MS_MAX = 10_000;
/** Users on a page of a list. */
const PAGE_USERS = 4;
const USE_SHOWN_AFTER_MS_MAX = 4 * HOUR_MS;

type Fate = 'answered' | 'expired' | Extract<FaultKind, `${string}`>;

/** What a request may leave with. */
interface Leave {
  /** AWS does not take its signature any more from then on. */
  readonly diesAtMs: number;
  /** It is signed, and its machine falls asleep before it is sent. */
  readonly fallsAsleep: boolean;
}

/** A request that changes something. */
interface Written<T> extends Leave {
  readonly commit: () => T;
}

export function simGateway(
  stage: Stage,
  process: SimProcess,
  { callerKeyId, sessionOf: user }: Pick<RunSettings, 'callerKeyId' | 'sessionOf'>,
): AccountGateway {
  const calls = new Calls(stage, process);
  const read: Read = (operation, serve) => calls.read(operation, serve);
  const who = user === undefined ? 'role/rotator' : `user/${user}`;
  return {
    caller: {
      account: ACCOUNT,
      arn: `arn:aws:iam::${ACCOUNT}:${who}`,
      accessKeyId: callerKeyId,
      ...(user !== undefined && { sessionOf: { account: ACCOUNT, user } }),
    },
    env: {},
    reader: reader(stage, process, calls),
    reports: simReports(stage, process, read),
    overview: simOverview(stage, process, read),
    userFacts: simUserFacts(read),
    writer: writer(stage, process, calls),
    verifier: simVerifier(stage, process, read),
    services: {
      region: 'us-east-1',
      secretStore: () => simSecretStore(stage, process),
      parameterStore: () => noParameters,
      secretMaker: () => makesNothing,
      parameterMaker: () => makesNothing,
    },
    close: () => {},
  };
}

class Calls {
  readonly #stage: Stage;
  readonly #process: SimProcess;
  readonly #fence: Fence | undefined;

  constructor(stage: Stage, process: SimProcess, fence: Fence | undefined = undefined) {
    this.#stage = stage;
    this.#process = process;
    this.#fence = fence;
  }

  fenced(fence: Fence): Calls {
    return new Calls(this.#stage, this.#process, fence);
  }

  /** Whether a change may leave, by the clock that signs it. */
  async look(): Promise<Leave> {
    const { schedule, faults, tables } = this.#stage;
    const isSleepy = tables !== undefined && faults.hit('sleeps-at-change');
    const isAsleepFirst = isSleepy && tables.dice.chance(0.5);
    if (isAsleepFirst) await tables.sleep(this.#process);
    const signedMs = schedule.nowMs + this.#process.machine.offsetMs;
    await this.#fence?.(new Date(signedMs));
    // Elsewhere no request is late by so much.
    const diesAtMs = tables === undefined ? Number.POSITIVE_INFINITY : signedMs + SIGNATURE_LIFE_MS;
    return { diesAtMs, fallsAsleep: isSleepy && !isAsleepFirst };
  }

  /** The clocks differ by more than AWS takes: every request is refused. */
  get isSkewed(): boolean {
    return Math.abs(this.#process.machine.offsetMs) > TOLERATED_SKEW_MS;
  }

  async read<T>(operation: string, serve: () => T): Promise<T> {
    const { dice, faults } = this.#stage;
    const process = this.#process;
    if (process.dies()) return await never();
    await process.wait(dice.between(5, 120));
    if (process.dies()) return await never();
    if (this.isSkewed) throw failure('clock-skew', operation);
    if (faults.hit('throttled')) throw this.#failed('aws-error', operation, 'throttled');
    if (faults.hit('server-error')) throw this.#failed('aws-error', operation, 'server error');
    if (faults.hit('request-lost')) {
      await process.wait(TIMEOUT_MS);
      throw this.#failed('endpoint-unreachable', operation, 'no answer');
    }
    return serve();
  }

  /** Resolves with what the caller learns: AWS's result, a throttle, or nothing. */
  async write<T>(
    operation: string,
    kinds: readonly FaultKind[],
    { commit, diesAtMs, fallsAsleep }: Written<T>,
  ): Promise<{ readonly fate: Fate; readonly result: T | undefined }> {
    const { dice, faults, schedule } = this.#stage;
    const process = this.#process;
    if (process.dies()) return await never();
    if (fallsAsleep) await this.#stage.tables?.sleep(process);
    const fate: Fate = kinds.find((kind) => faults.hit(kind)) ?? 'answered';
    const travelMs = dice.between(5, 120);
    process.note(`sends ${operation}${fate === 'answered' ? '' : ` (${fate})`}`);
    let result: T | undefined;
    let isExpired = false;
    const carryOut = () => {
      isExpired = schedule.nowMs > diesAtMs;
      if (!isExpired) result = commit();
      else process.note(`AWS refuses ${operation}: the signature has expired`);
    };
    const isCarriedOut =
      fate === 'answered' ||
      fate === 'reply-lost' ||
      fate === 'write-lands-twice' ||
      (fate === 'server-error' && dice.chance(0.5));
    if (isCarriedOut) schedule.after(travelMs, carryOut);
    if (fate === 'write-lands-late' || fate === 'write-lands-twice') {
      schedule.after(dice.between(TIMEOUT_MS, LATE_MS_MAX), carryOut);
    }
    const isHeard =
      fate === 'answered' ||
      fate === 'write-lands-twice' ||
      fate === 'throttled' ||
      fate === 'server-error';
    await process.wait(isHeard ? travelMs + dice.between(5, 120) : TIMEOUT_MS);
    if (process.dies()) return await never();
    return { fate: isExpired ? 'expired' : fate, result };
  }

  #failed(
    code: 'aws-error' | 'endpoint-unreachable',
    operation: string,
    why: string,
  ): KeyturnError {
    this.#process.note(`${operation} fails: ${why}`);
    return failure(code, operation);
  }
}

function failure(
  code: 'aws-error' | 'endpoint-unreachable' | 'clock-skew' | 'access-denied' | 'unknown-user',
  operation: string,
): KeyturnError {
  return new KeyturnError(code, `simulated failure of ${operation}`);
}

function reader(
  { world, dice, faults, schedule, referee }: Stage,
  process: SimProcess,
  calls: Calls,
): KeyReader {
  return {
    async *listUsers(): AsyncGenerator<IamUser> {
      const names = [...world.users.keys()];
      for (let page = 0; page * PAGE_USERS < names.length; page += 1) {
        const first = page * PAGE_USERS;
        const listed = await calls.read('ListUsers', () => names.slice(first, first + PAGE_USERS));
        for (const name of listed) yield { name, arn: `arn:aws:iam::${ACCOUNT}:user/${name}` };
      }
    },
    listAccessKeys: (name) =>
      calls.read('ListAccessKeys', () => {
        const lagMs = faults.hit('stale-list') ? dice.between(1, STALE_MS_MAX) : 0;
        const user = world.users.get(name);
        if (user === undefined) throw failure('unknown-user', 'ListAccessKeys');
        const keys = [...world.listed(user, lagMs)];
        referee.listed(process, name, schedule.nowMs - lagMs, keys);
        const shown = keys.map(({ id, status }) => `${id} ${status}`).join(', ');
        process.note(`lists ${name}: ${shown}${lagMs > 0 ? ` (${lagMs} ms old)` : ''}`);
        return keys;
      }),
    lastUse: async (keyId) => {
      const answer = calls.read('GetAccessKeyLastUsed', () => {
        if (faults.hit('lookup-denied')) throw failure('access-denied', 'GetAccessKeyLastUsed');
        referee.looked(process, keyId);
        const shownUntilMs = schedule.nowMs - dice.below(USE_SHOWN_AFTER_MS_MAX);
        const shown = (world.key(keyId)?.usesMs ?? []).filter((atMs) => atMs <= shownUntilMs);
        const owner = world.key(keyId)?.user;
        const { forgotten } = referee.knowledge.of(process);
        forgotten.delete(keyId);
        if (faults.hit('uses-forgotten')) {
          forgotten.add(keyId);
          return { used: 'never' as const, owner };
        }
        return shown.length === 0
          ? { used: 'never' as const, owner }
          : { used: 'at' as const, at: new Date(Math.max(...shown)), owner };
      });
      return await answer.catch((thrown: unknown) => {
        referee.unread(process, keyId);
        throw thrown;
      });
    },
  };
}

const WRITE_FAULTS = [
  'throttled',
  'server-error',
  'request-lost',
  'reply-lost',
  'write-lands-late',
] as const;
const CREATE_FAULTS = [...WRITE_FAULTS, 'create-lost'] as const;
const CHANGE_FAULTS = [...WRITE_FAULTS, 'write-lands-twice'] as const;

function writer(stage: Stage, process: SimProcess, calls: Calls): KeyWriter {
  const { world, referee, faults } = stage;
  const attempt = async (operation: string, check: () => void, commit: () => void) => {
    if (calls.isSkewed) throw failure('clock-skew', operation);
    const leave = await calls.look();
    check();
    const { fate } = await calls.write(operation, CHANGE_FAULTS, { commit, ...leave });
    return fate;
  };
  const change = async (operation: string, check: () => void, commit: () => void) => {
    const attempts = stage.tables === undefined ? 1 : ATTEMPTS_MAX;
    let fate = await attempt(operation, check, commit);
    for (let done = 1; done < attempts && !isDone(fate); done += 1) {
      await process.wait(stage.tables?.dice.between(50, 2_000) ?? 0);
      fate = await attempt(operation, () => {}, commit);
    }
    if (!isDone(fate)) throw failure('aws-error', operation);
  };
  return {
    fenced: (fence) => writer(stage, process, calls.fenced(fence)),
    createAccessKey: (name) => sendCreate(name, { stage, process, calls }),
    async setStatus(name, keyId, status) {
      const key = world.key(keyId);
      if (key === undefined || key.isDeleted) {
        throw new KeyturnError('key-changed', `${keyId} does not exist`);
      }
      const basis = referee.basisOf(process, name);
      let hasLanded = false;
      await change(
        `UpdateAccessKey ${keyId} ${status}`,
        () => referee.statusIsSent(process, key, status),
        () => {
          // A request that AWS carries out a second time is no second change.
          if (!hasLanded && key.status !== status && !key.isDeleted)
            referee.changes.carriedOut(process, status, key);
          hasLanded = true;
          world.setStatus(key, status, process.name);
          if (status === 'Inactive' && faults.hit('dead-key-alive')) {
            // Programs that hold it go on for a while, and AWS sees them.
            key.acceptedUntilMs = stage.schedule.nowMs + stage.dice.below(MINUTE_MS);
            if (key.madeBy !== 'us') key.usesMs.push(key.acceptedUntilMs);
          }
          referee.changed(world.user(name), basis, key);
        },
      );
      referee.changes.heard(process, status, keyId);
      return undefined;
    },
    async deleteAccessKey(name, keyId) {
      const key = world.key(keyId);
      if (key === undefined) return undefined;
      const basis = referee.basisOf(process, name);
      await change(
        `DeleteAccessKey ${keyId}`,
        () => referee.deleteIsSent(process, key),
        () => {
          if (!key.isDeleted) referee.changes.carriedOut(process, 'deleted', key);
          world.delete(key, process.name);
          referee.changed(world.user(name), basis, key);
        },
      );
      referee.changes.heard(process, 'deleted', keyId);
      return undefined;
    },
  };
}

function isDone(fate: Fate): boolean {
  return fate === 'answered' || fate === 'write-lands-twice';
}

interface Sending {
  readonly stage: Stage;
  readonly process: SimProcess;
  readonly calls: Calls;
}

async function sendCreate(
  name: string,
  { stage, process, calls }: Sending,
): Promise<CreateOutcome> {
  const { world, referee } = stage;
  if (calls.isSkewed) return { kind: 'refused', code: 'create-refused', reason: 'clock' };
  const leave = await calls.look().catch(toKeyturnError);
  if (leave instanceof KeyturnError) {
    return { kind: 'refused', code: 'create-refused', reason: leave.message };
  }
  const user = world.user(name);
  referee.createIsSent(process, user);
  const basis = referee.basisOf(process, name);
  const commit = () => createKey(stage, user, basis);
  const call = `CreateAccessKey ${name}`;
  const { fate, result } = await calls.write(call, CREATE_FAULTS, { commit, ...leave });
  if (fate === 'expired') return { kind: 'refused', code: 'create-refused', reason: fate };
  if (fate === 'throttled') return { kind: 'refused', code: 'throttled', reason: fate };
  if (fate === 'request-lost' || fate === 'create-lost') mayHelp(stage, user);
  if (fate !== 'answered') return { kind: 'unknown', reason: fate };
  if (result === undefined) return { kind: 'refused', code: 'no-free-slot', reason: 'quota' };
  referee.changes.heard(process, 'created', result.id);
  const createdAt = new Date(result.createdAtMs);
  return {
    kind: 'created',
    key: { id: result.id, secret: new Secret(result.secret), createdAt },
    request: undefined,
  };
}

function createKey(stage: Stage, user: SimUser, { process, claim }: Basis): SimKey | undefined {
  const { world, dice, faults, referee } = stage;
  referee.leases.carriedOut(process, user.name, claim);
  const key = world.create(user, 'us', process.name);
  if (key !== undefined) referee.changes.carriedOut(process, 'created', key);
  if (key !== undefined && faults.hit('key-accepted-late')) {
    const lagMs = dice.chance(0.05) ? 5 * MINUTE_MS : dice.between(1_000, 30_000);
    key.acceptedFromMs += lagMs;
  }
  return key;
}
