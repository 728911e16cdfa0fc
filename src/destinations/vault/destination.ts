// A secret of Vault or OpenBao as a destination. Every write is over exactly the version that was read
// (I13), and changes two fields; the versions before it are the way back.

import type { AccessKeyId } from '../../base/access-key-id.ts';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { Secret } from '../../base/secret.ts';
import { bySetting, CREATE_MISSING } from '../../base/settings-words.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { DeliveryReceipt } from '../../lifecycle/record.ts';
import type { Destination, Held, UndonePair } from '../destination.ts';
import { delivering, goingBack, preparing, readingTexts } from '../failure.ts';
import type { Form } from '../forms/form.ts';
import { textAt, withTextAt } from '../json-fields.ts';
import { pairIn, type StoredPair, withPair } from '../key-fields.ts';
import type { NewPlaces, Opening } from '../kind.ts';
import type { ReplacedKey } from '../look.ts';
import {
  editedText,
  type ObjectInPlace,
  type Pair,
  refuseTooLong,
  standIn,
  withPairAt,
} from '../look.ts';
import { editedAmong, onePlace, pairOfValue, secretsIn } from '../one-value.ts';
import { heldAfterAll } from '../read-back.ts';
import { policyHint, type VaultClient } from './client.ts';
import type { Found, HeldSecret, Kv } from './kv.ts';
import { kvAt } from './kv.ts';
import { openClient } from './open-client.ts';
import { placeText, VAULT, type VaultPlace } from './place.ts';
import { settled } from './settings.ts';

/** How often somebody else may get ahead of us before we give up. */
const TRIES_MAX = 4;
const PAUSE_MS = 500;
/** What the storage of both servers takes by default (integrated storage, max_entry_size). */
const BYTES_MAX = 1_048_576;
/** As many versions as a KV engine keeps by default. */
const VERSIONS_BACK = 10;

export async function openVaultPlace(place: VaultPlace, opening: Opening): Promise<Destination> {
  const { clock, user, oldKeyId, whoseKey, credentials, newPlaces, form } = opening;
  const at = settled(place, credentials);
  const secret = new VaultSecret(at, {
    client: () => openClient(at, opening),
    clock,
    replaced: { user, oldKeyId, whoseKey },
    newPlaces,
    form,
  });
  return {
    kind: VAULT,
    place: placeText(at),
    prepare: (key = standIn(form)) => preparing(() => secret.prepare(key)),
    deliver: (key) => delivering(() => secret.deliver(key)),
    holds: (keyId, receipt) => delivering(() => secret.holds(keyId, receipt)),
    textsRead: () => readingTexts(() => secret.textsRead()),
    stamp: () => delivering(() => secret.stamp()),
    ...(newPlaces !== undefined && {
      making: {
        missing: () => preparing(() => secret.missing()),
        make: () => preparing(() => secret.make()),
      },
    }),
    wayBack: {
      secretOf: (keyId) => goingBack(() => secret.secretOf(keyId)),
      canPutBack: (undo) => goingBack(async () => (await secret.wayTo(undo)) !== undefined),
      putBack: (undo) => goingBack(() => secret.putBack(undo)),
    },
  };
}

interface VaultSecretParts {
  readonly client: () => Promise<VaultClient>;
  readonly clock: Clock;
  readonly replaced: ReplacedKey;
  readonly newPlaces: NewPlaces | undefined;
  readonly form: Form | undefined;
}

/** The secret as it is, and the pair to go back to. */
interface WayTo {
  readonly now: HeldSecret;
  readonly isBack: boolean;
  readonly pair: StoredPair;
}

class VaultSecret {
  readonly #at: VaultPlace;
  readonly #parts: VaultSecretParts;
  readonly #place: ObjectInPlace;
  #kv: Promise<Kv> | undefined;

  constructor(at: VaultPlace, parts: VaultSecretParts) {
    this.#at = at;
    this.#parts = parts;
    const { path, fields, field, options } = at;
    const namespace = options.get('namespace');
    const where = `secret ${path} of Vault${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
    const deliverAs = `${VAULT}=${path}`;
    const { form } = parts;
    this.#place =
      field === undefined
        ? { where, fields, deliverAs, names: form?.fieldNames }
        : onePlace({ where, deliverAs }, form);
  }

  async prepare(key: Pair): Promise<void> {
    const kv = await this.#engine();
    const found = await kv.read();
    const isMade = found.kind === 'missing' && this.#parts.newPlaces !== undefined;
    await this.#refuseUnwritable(kv, isMade);
    await this.#edited(isMade ? EMPTY : this.#held(found), key);
  }

  async deliver(key: IssuedKey): Promise<DeliveryReceipt> {
    const kv = await this.#engine();
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      const now = this.#held(await kv.read());
      // An earlier attempt came through, this run's or another's.
      if (this.#holdsPair(now, key)) return this.#receipt(now.version);
      const to = await this.#edited(now, key);
      const secrets = secretsIn(key.secret, this.#parts.form);
      const version = await kv.write({ from: now, to, secrets });
      if (version !== 'changed') return this.#receipt(version);
      // Somebody else changed the secret meanwhile. Their change must stay, so ours is made anew.
      await this.#parts.clock.sleep(PAUSE_MS * tries);
    }
    throw new KeyturnError(
      'delivery-failed',
      `${this.#place.where} changes all the time; somebody writes to it`,
      { hint: 'find what else writes to this secret, then run again' },
    );
  }

  async holds(keyId: AccessKeyId, { version }: DeliveryReceipt): Promise<Held | undefined> {
    const kv = await this.#engine();
    const written = Number(version ?? 0);
    return await heldAfterAll(this.#parts.clock, async () => {
      const found = await kv.read();
      // A standby may still show what was there before.
      if (found.kind !== 'held' || found.version < written) return undefined;
      if (this.#pairIn(found)?.id !== keyId) return undefined;
      return { texts: [found.text], ...versionOf(found.version) };
    });
  }

  async textsRead(): Promise<readonly Secret[]> {
    const found = await (await this.#engine()).read();
    return found.kind === 'held' ? [found.text] : [];
  }

  /** Version 1 of the engine keeps none. */
  async stamp(): Promise<string | undefined> {
    const found = await (await this.#engine()).read();
    return found.kind === 'held' && found.version > 0 ? String(found.version) : undefined;
  }

  async missing(): Promise<readonly string[]> {
    const found = await (await this.#engine()).read();
    return found.kind === 'missing' ? [this.#at.path] : [];
  }

  async make(): Promise<void> {
    const kv = await this.#engine();
    if ((await kv.read()).kind === 'missing') await kv.create();
  }

  async secretOf(keyId: AccessKeyId): Promise<Secret | undefined> {
    const kv = await this.#engine();
    const found = await kv.read();
    return found.kind === 'missing' ? undefined : (await this.#pairOf(kv, found, keyId))?.secret;
  }

  /** Undefined when no version has the pair any more, or somebody has put a third one in the place. */
  async wayTo({ toKeyId, fromKeyId }: UndonePair): Promise<WayTo | undefined> {
    const kv = await this.#engine();
    const now = await kv.read();
    if (now.kind !== 'held') return undefined;
    const held = this.#pairIn(now);
    if (held?.id === toKeyId) return { now, isBack: true, pair: held };
    if (held?.id !== fromKeyId) return undefined;
    const pair = await this.#pairOf(kv, now, toKeyId);
    return pair && { now, isBack: false, pair };
  }

  /** The old pair into the secret as it is now: what others changed since stays. */
  async putBack(undo: UndonePair): Promise<boolean> {
    const kv = await this.#engine();
    const way = await this.wayTo(undo);
    if (way === undefined) return false;
    const { now, isBack, pair } = way;
    if (isBack) return true;
    const old = { keyId: undo.toKeyId, secret: pair.secret };
    const to = new Secret(this.#withPair(now.text.reveal(), old));
    const secrets = secretsIn(pair.secret, this.#parts.form);
    const version = await kv.write({ from: now, to, secrets });
    if (version !== 'changed') return true;
    throw new KeyturnError(
      'delivery-failed',
      `${this.#place.where} was changed while it was put back`,
      {
        hint: 'run again',
      },
    );
  }

  /** Asked once: a mount does not turn into another engine within a run. */
  #engine(): Promise<Kv> {
    this.#kv ??= this.#parts.client().then((client) => kvAt(this.#at.path, client));
    this.#kv.catch(() => {
      this.#kv = undefined;
    });
    return this.#kv;
  }

  #receipt(version: number): DeliveryReceipt {
    return { kind: VAULT, reference: placeText(this.#at), ...versionOf(version) };
  }

  /** Throws `not-deliverable` for what cannot be written to, or by us. */
  async #refuseUnwritable(kv: Kv, isMade: boolean): Promise<void> {
    const client = await this.#parts.client();
    const may = await client.capabilities(kv.policyPath);
    if (may === undefined || may.includes('root')) return;
    const writes = kv.engine === 2 ? ['patch', 'update'] : ['update'];
    const canWrite = writes.some((each) => may.includes(each));
    const canMake = !isMade || may.includes('create');
    if (may.includes('read') && canWrite && canMake) return;
    const needed = ['read', writes[0] ?? '', ...(isMade ? ['create'] : [])];
    throw new KeyturnError(
      'not-deliverable',
      `the token for Vault may not write ${this.#at.path}: its policies allow ${may.join(', ') || 'nothing'} there`,
      { hint: policyHint(kv.policyPath, needed) },
    );
  }

  #held(found: Found): HeldSecret {
    const { where } = this.#place;
    if (found.kind === 'held') return found;
    const { path } = this.#at;
    if (found.kind === 'missing') {
      throw new KeyturnError('not-deliverable', `${where} does not exist`, {
        hint: [
          bySetting(
            CREATE_MISSING,
            (how) =>
              `check the name, or have an empty one made with ${how}; with fields of your own:`,
          ),
          command('vault', 'kv', 'put', path, 'access_key_id=', 'secret_access_key='),
        ],
      });
    }
    const { version, isDestroyed } = found;
    throw new KeyturnError(
      'not-deliverable',
      `${where} is deleted: its last version, ${version}, is ${isDestroyed ? 'destroyed' : 'marked as deleted'}, so nobody reads anything there`,
      {
        hint: isDestroyed
          ? [
              'where it is still wanted, write a new version by hand:',
              command('vault', 'kv', 'put', path, 'access_key_id=', 'secret_access_key='),
            ]
          : [
              'where it is still wanted, bring it back:',
              command('vault', 'kv', 'undelete', `-versions=${version}`, path),
            ],
      },
    );
  }

  /** What the secret would hold, once it was looked at (I14). Throws `not-deliverable`. */
  async #edited(now: HeldSecret, pair: Pair): Promise<Secret> {
    const { where } = this.#place;
    if (now.managedBy === 'external-secrets') {
      throw new KeyturnError(
        'not-deliverable',
        `${where} is kept by external-secrets, which would write its own value over the new pair`,
        { hint: 'deliver to what its PushSecret reads instead, or take the PushSecret away' },
      );
    }
    const { replaced } = this.#parts;
    const { field } = this.#at;
    const text = now.text.reveal();
    const after =
      field === undefined
        ? await editedText(text, this.#place, { pair, replaced })
        : await editedAmong(text, field, { place: this.#place, pair, replaced });
    refuseTooLong(after, BYTES_MAX, where);
    return new Secret(after);
  }

  #pairIn(found: HeldSecret): StoredPair | undefined {
    const { field, fields } = this.#at;
    const text = found.text.reveal();
    if (field !== undefined) return pairOfValue(textAt(text, field), this.#place);
    return pairIn(text, fields, this.#place.names);
  }

  /** The secret with a pair that it had before. */
  #withPair(text: string, old: Pair): string {
    const { field } = this.#at;
    if (field === undefined) return withPair(text, old, this.#place);
    const value = withPairAt(textAt(text, field) ?? '{}', old, this.#place);
    return withTextAt(text, field, value) ?? text;
  }

  #holdsPair(found: HeldSecret, { keyId, secret }: IssuedKey): boolean {
    const pair = this.#pairIn(found);
    return pair?.id === keyId && pair.secret.reveal() === secret.reveal();
  }

  /** The pair of the key in the present version, or in one of those before it. */
  async #pairOf(
    kv: Kv,
    now: Exclude<Found, { kind: 'missing' }>,
    keyId: AccessKeyId,
  ): Promise<StoredPair | undefined> {
    const first = Math.max(1, now.version - VERSIONS_BACK);
    for (let version = now.version; version >= first || version === now.version; version -= 1) {
      const found = version === now.version ? now : await kv.read(version);
      const pair = found.kind === 'held' ? this.#pairIn(found) : undefined;
      if (pair?.id === keyId) return pair;
    }
    return undefined;
  }
}

/** What a place that is made is looked at as. */
const EMPTY: HeldSecret = {
  kind: 'held',
  version: 0,
  text: new Secret('{}'),
  managedBy: undefined,
};

function versionOf(version: number): { readonly version?: string } {
  return version === 0 ? {} : { version: String(version) };
}
