// Secrets Manager as one process reaches it: versions, stages, and calls that fail, answer late or
// land minutes after their sender gave up. What decides what is kept there is the real destination.

import type { SecretStore, SecretVersion } from '../../src/base/aws-stores.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import { pairIn } from '../../src/destinations/key-fields.ts';
import { never, type SimProcess } from './machine.ts';
import { MINUTE_MS, type Stage } from './stage.ts';

interface SimSecret {
  readonly versions: Map<string, string>;
  readonly stages: Map<string, string>;
}

export class SecretService {
  readonly #secrets = new Map<string, SimSecret>();

  secret(name: string): SimSecret {
    let secret = this.#secrets.get(name);
    if (secret === undefined) {
      secret = { versions: new Map([['first', '{}']]), stages: new Map([['AWSCURRENT', 'first']]) };
      this.#secrets.set(name, secret);
    }
    return secret;
  }

  /** A person, or another program, puts a pair before the readers. */
  put(name: string, pair: { readonly id: string; readonly secret: string }): void {
    const { versions, stages } = this.secret(name);
    const version = `by-hand-${versions.size}`;
    const text = { AccessKeyId: pair.id, SecretAccessKey: pair.secret };
    versions.set(version, JSON.stringify(text));
    const current = stages.get('AWSCURRENT');
    if (current !== undefined) stages.set('AWSPREVIOUS', current);
    stages.set('AWSCURRENT', version);
  }

  /** Whether some version keeps this key, current or not. */
  keeps(keyId: string): boolean {
    return [...this.#secrets.values()].some(({ versions }) =>
      [...versions.values()].some((text) => pairIn(text)?.id === keyId),
    );
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

  /** The key that a reader of the secret gets. */
  servedKeyId(name: string): string | undefined {
    const { versions, stages } = this.secret(name);
    return pairIn(versions.get(stages.get('AWSCURRENT') ?? '') ?? '{}')?.id;
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
      stage.referee.readers.landed(name, operation);
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
      const text = versions.get(versionId ?? '');
      if (versionId === undefined || text === undefined) return undefined;
      return { versionId, text: new Secret(text) };
    },
    stage: (name, versionId, text) =>
      change('PutSecretValue', name, () => {
        vault.secrets.secret(name).versions.set(versionId, text.reveal());
      }),
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
