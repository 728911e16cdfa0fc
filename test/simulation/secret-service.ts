// Secrets Manager as one process reaches it: versions, stages, and calls that fail, answer late or
// land minutes after their sender gave up. What decides what is kept there is the real destination.

import type { SecretStore, SecretVersion } from '../../src/base/aws-stores.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import { pairIn } from '../../src/destinations/key-fields.ts';
import { never, type SimProcess } from './machine.ts';
import { MINUTE_MS, type Stage } from './stage.ts';

/** Why a text cannot take a new pair: it would name the old one still, or be longer than it may be. */
export type Oddity = 'traces' | 'full';

interface Version {
  readonly text: string;
  /** Of the pair in it. */
  readonly keyId: string | undefined;
  readonly oddity?: Oddity | undefined;
}

interface SimSecret {
  readonly versions: Map<string, Version>;
  readonly stages: Map<string, string>;
}

interface Pair {
  readonly id: string;
  readonly secret: string;
}

/** AWS's bound for a value. */
const BYTES_MAX = 65_536;

export class SecretService {
  readonly #secrets = new Map<string, SimSecret>();
  /** Of every pair that a version has. */
  readonly #keyIds = new Set<string>();

  secret(name: string): SimSecret {
    let secret = this.#secrets.get(name);
    if (secret === undefined) {
      const first = { text: '{}', keyId: undefined };
      secret = {
        versions: new Map([['first', first]]),
        stages: new Map([['AWSCURRENT', 'first']]),
      };
      this.#secrets.set(name, secret);
    }
    return secret;
  }

  add(name: string, versionId: string, text: string, oddity?: Oddity): void {
    const keyId = pairIn(text)?.id;
    if (keyId !== undefined) this.#keyIds.add(keyId);
    this.secret(name).versions.set(versionId, { text, keyId, oddity });
  }

  /** A person, or another program, puts a pair before the readers. */
  put(name: string, pair: Pair, oddity?: Oddity): void {
    const { versions, stages } = this.secret(name);
    const version = `by-hand-${versions.size}`;
    this.add(name, version, textOf(pair, oddity), oddity);
    const current = stages.get('AWSCURRENT');
    if (current !== undefined) stages.set('AWSPREVIOUS', current);
    stages.set('AWSCURRENT', version);
  }

  /** The same with a text of the writer's own making. */
  write(name: string, text: string): void {
    const { versions, stages } = this.secret(name);
    const version = `rewritten-${versions.size}`;
    this.add(name, version, text);
    const current = stages.get('AWSCURRENT');
    if (current !== undefined) stages.set('AWSPREVIOUS', current);
    stages.set('AWSCURRENT', version);
  }

  /** Whether some version keeps this key, current or not. */
  keeps(keyId: string): boolean {
    return this.#keyIds.has(keyId);
  }

  /** A deploy, or a person with a backup, puts an earlier version before the readers. */
  restore(name: string): boolean {
    const { stages } = this.secret(name);
    const [current, previous] = [stages.get('AWSCURRENT'), stages.get('AWSPREVIOUS')];
    if (current === undefined || previous === undefined) return false;
    stages.set('AWSCURRENT', previous);
    stages.set('AWSPREVIOUS', current);
    return true;
  }

  /** The service's own rotation makes its next version of what is current now. False while one is under way. */
  beginsOwnRotation(name: string): boolean {
    const { versions, stages } = this.secret(name);
    const current = this.current(name);
    if (current === undefined || stages.has('AWSPENDING')) return false;
    const version = `of-its-own-${versions.size}`;
    versions.set(version, { ...current });
    stages.set('AWSPENDING', version);
    return true;
  }

  /** It promotes what it has, whatever is current by then. */
  endsOwnRotation(name: string): void {
    const { stages } = this.secret(name);
    const [current, pending] = [stages.get('AWSCURRENT'), stages.get('AWSPENDING')];
    stages.delete('AWSPENDING');
    if (current === undefined || pending === undefined) return;
    stages.set('AWSPREVIOUS', current);
    stages.set('AWSCURRENT', pending);
  }

  /** What a reader of the secret gets. */
  current(name: string): Version | undefined {
    const { versions, stages } = this.secret(name);
    return versions.get(stages.get('AWSCURRENT') ?? '');
  }

  servedKeyId(name: string): string | undefined {
    return this.current(name)?.keyId;
  }
}

function textOf({ id, secret }: Pair, oddity: Oddity | undefined): string {
  const pair = { AccessKeyId: id, SecretAccessKey: secret };
  switch (oddity) {
    case undefined:
      return JSON.stringify(pair);
    case 'traces':
      return JSON.stringify({ ...pair, connection: `s3://${id}:${secret}@bucket` });
    case 'full':
      return JSON.stringify({ settings: '-'.repeat(BYTES_MAX - 40) });
  }
}

/** Secrets are named after their users. */
export function simSecretStore(stage: Stage, process: SimProcess): SecretStore {
  const { dice, faults, vault } = stage;
  const travel = async (): Promise<void> => {
    if (process.dies()) return await never();
    await process.wait(dice.between(5, 500));
    if (process.dies()) return await never();
  };
  const refuse = (operation: string): never => {
    throw new KeyturnError('aws-error', `${operation} failed: no answer`);
  };
  /** Carries a change out now, late, or without telling. */
  const change = async <T>(operation: string, name: string, apply: () => T): Promise<T> => {
    const landing = (): T => {
      const result = apply();
      stage.world.note('secrets', `${operation} of ${name}`);
      // A version without a stage is read by nobody.
      if (operation !== 'PutSecretValue') stage.referee.readers.landed(name, operation);
      return result;
    };
    await travel();
    if (faults.hit('destination-lands-late')) {
      stage.schedule.after(dice.between(1_000, 10 * MINUTE_MS), landing);
      return refuse(operation);
    }
    if (faults.hit('destination-fails')) {
      if (dice.chance(0.5)) landing();
      return refuse(operation);
    }
    const result = landing();
    await travel();
    return result;
  };
  return {
    read: async (name, label): Promise<SecretVersion | undefined> => {
      await travel();
      if (faults.hit('destination-fails')) return refuse('GetSecretValue');
      const { versions, stages } = vault.secrets.secret(name);
      const versionId = stages.get(label);
      const version = versions.get(versionId ?? '');
      if (label === 'AWSCURRENT') stage.referee.placeRead(process, name);
      if (versionId === undefined || version === undefined) return undefined;
      return { versionId, text: new Secret(version.text) };
    },
    stage: async (name, versionId, text) => {
      if (Buffer.byteLength(text.reveal()) > BYTES_MAX) return refuse('PutSecretValue');
      await change('PutSecretValue', name, () => vault.secrets.add(name, versionId, text.reveal()));
    },
    promote: (name, to, from) =>
      change('UpdateSecretVersionStage', name, () => {
        const { stages } = vault.secrets.secret(name);
        if (stages.get('AWSCURRENT') !== from) return false;
        stage.referee.readers.overwrites(name, vault.secrets.servedKeyId(name));
        if (from !== undefined) stages.set('AWSPREVIOUS', from);
        stages.set('AWSCURRENT', to);
        return true;
      }),
  };
}

/** Secrets Manager rotates secrets of its own accord: plans the rotations of one round. */
export function ownRotations(stage: Stage, withinMs: number): void {
  const { dice, faults, schedule, vault, world, referee } = stage;
  if (!referee.readers.readSecrets) return;
  for (const user of world.users.values()) {
    const { name } = user;
    if (!faults.hit('secret-rotates-itself')) continue;
    // Half of them are under way already when the runs begin.
    schedule.after(dice.chance(0.5) ? 0 : dice.below(withinMs), () => {
      if (!faults.areOn || !vault.secrets.beginsOwnRotation(name)) return;
      world.note('secrets', `begins a rotation of ${name} of its own`);
      schedule.after(dice.between(1_000, 30 * MINUTE_MS), () => {
        const before = vault.secrets.servedKeyId(name);
        vault.secrets.endsOwnRotation(name);
        world.note('secrets', `ends a rotation of ${name} of its own`);
        referee.readers.rotatedItself(user, before);
      });
    });
  }
}
