// Two secrets of AWS Secrets Manager as one destination: one holds the key ID, the other the secret. No
// write reaches both at once, so both new versions are staged before the first one is promoted, the secret
// is promoted first and the ID last: an ID that has changed says that both are there. The name of a version
// is made from the whole pair, so that later it can be told which halves belong together.

import type { SecretStore, SecretVersion } from '../../base/aws-stores.ts';
import type { Clock } from '../../base/clock.ts';
import { Secret } from '../../base/secret.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { DeliveryReceipt } from '../../lifecycle/record.ts';
import type { Destination, Held, UndonePair } from '../destination.ts';
import { delivering, goingBack, preparing, readingTexts } from '../failure.ts';
import { editedHalves, type Halves } from '../halves.ts';
import type { Custody } from '../kind.ts';
import { type Pair, standIn } from '../look.ts';
import { heldAfterAll } from '../read-back.ts';
import { type PlaceInHalves, placeOfRegion, targetOfRegion } from '../regional-place.ts';
import type { SecretsManagerParts } from './destination.ts';
import { requireReplicas } from './replicas.ts';
import {
  changedMeanwhile,
  changesAllTheTime,
  KIND,
  PAUSE_MS,
  refuseOwnRotation,
  TRIES_MAX,
  textIn,
  versionIdOf,
  wordsFor,
} from './versions.ts';

export interface HalvesParts extends SecretsManagerParts {
  readonly custody: Pick<Custody, 'get'>;
}

export function secretsInHalves(at: PlaceInHalves, parts: HalvesParts): Destination {
  const secrets = new SecretsInHalves(at, parts);
  return {
    kind: KIND,
    ...targetOfRegion(at),
    prepare: (key = standIn(parts.form)) => preparing(async () => void (await secrets.edited(key))),
    deliver: (key) => delivering(() => secrets.deliver(key)),
    holds: (keyId) => delivering(() => secrets.holds(keyId)),
    textsRead: () =>
      readingTexts(async () => {
        const names = [at.idName, at.secretName];
        const versions = await Promise.all(
          names.map((name) => parts.store.read(name, 'AWSCURRENT')),
        );
        return versions.flatMap((version) => (version?.text === undefined ? [] : [version.text]));
      }),
    stamp: () =>
      delivering(async () => {
        const names = [at.idName, at.secretName];
        const read = names.map((name) => parts.store.read(name, 'AWSCURRENT'));
        return (await Promise.all(read)).map((version) => version?.versionId ?? '').join();
      }),
    wayBack: {
      secretOf: (keyId) =>
        goingBack(async () => {
          const version = await secrets.secretVersionOf(keyId);
          return version && new Secret(textIn(version, wordsFor(secrets.secretAt)).trim());
        }),
      canPutBack: (undo) => goingBack(async () => (await secrets.wayTo(undo)) !== undefined),
      putBack: (undo) => goingBack(() => secrets.putBack(undo)),
    },
  };
}

/** Both secrets as they stand, and what they would hold. */
interface Edited {
  readonly idNow: SecretVersion | undefined;
  readonly secretNow: SecretVersion | undefined;
  readonly halves: Halves;
}

interface WayTo {
  /** The secret that belongs to the key. */
  readonly secret: SecretVersion;
  /** Whether the ID is in its place already. */
  readonly isBack: boolean;
  readonly idNow: SecretVersion | undefined;
  readonly idBefore: SecretVersion | undefined;
}

class SecretsInHalves {
  readonly #at: PlaceInHalves;
  readonly #store: SecretStore;
  readonly #clock: Clock;
  readonly #parts: HalvesParts;

  constructor(at: PlaceInHalves, parts: HalvesParts) {
    this.#at = at;
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#parts = parts;
  }

  get idAt() {
    return { region: this.#at.region, name: this.#at.idName };
  }

  get secretAt() {
    return { region: this.#at.region, name: this.#at.secretName };
  }

  /** I14: looked at, by reads alone. */
  async edited(pair: Pair): Promise<Edited> {
    const [idWhere, secretWhere] = [wordsFor(this.idAt), wordsFor(this.secretAt)];
    const idNow = await this.#store.read(this.idAt.name, 'AWSCURRENT');
    const secretNow = await this.#store.read(this.secretAt.name, 'AWSCURRENT');
    await refuseOwnRotation(this.idAt.name, idWhere, this.#parts, idNow);
    await refuseOwnRotation(this.secretAt.name, secretWhere, this.#parts, secretNow);
    const before = {
      id: idNow === undefined ? '' : textIn(idNow, idWhere),
      secret: secretNow === undefined ? '' : textIn(secretNow, secretWhere),
    };
    const { replaced, form } = this.#parts;
    const halves = await editedHalves(before, { idWhere, secretWhere, form }, { pair, replaced });
    return { idNow, secretNow, halves };
  }

  async deliver(key: IssuedKey): Promise<DeliveryReceipt> {
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      const { idNow, secretNow, halves } = await this.edited(key);
      const isIdThere = idNow?.text?.reveal() === halves.id;
      const isSecretThere = secretNow?.text?.reveal() === halves.secret;
      const [idVersion, secretVersion] = this.#versionIds(halves);
      if (!isIdThere) await this.#store.stage(this.idAt.name, idVersion, new Secret(halves.id));
      if (!isSecretThere) {
        await this.#store.stage(this.secretAt.name, secretVersion, new Secret(halves.secret));
      }
      const isDone =
        (isSecretThere || (await this.#promote(this.secretAt.name, secretVersion, secretNow))) &&
        (isIdThere || (await this.#promote(this.idAt.name, idVersion, idNow)));
      if (isDone) {
        const versions = [
          isIdThere ? idNow.versionId : idVersion,
          isSecretThere ? secretNow.versionId : secretVersion,
        ];
        return { kind: KIND, reference: placeOfRegion(this.#at), version: versions.join() };
      }
      await this.#clock.sleep(PAUSE_MS * tries);
    }
    throw changesAllTheTime(`${wordsFor(this.idAt)} or ${this.secretAt.name}`);
  }

  async holds(keyId: IssuedKey['keyId']): Promise<Held | undefined> {
    const issued = await this.#parts.custody.get(keyId);
    const held = await heldAfterAll(this.#clock, async () => {
      const id = await this.#store.read(this.idAt.name, 'AWSCURRENT');
      if (id?.text?.reveal().trim() !== keyId) return undefined;
      const secret = await this.#store.read(this.secretAt.name, 'AWSCURRENT');
      const text = secret?.text?.reveal().trim();
      if (secret?.text === undefined) return undefined;
      if (issued !== undefined && text !== issued.secret.reveal().trim()) return undefined;
      return { texts: [id.text, secret.text], version: `${id.versionId},${secret.versionId}` };
    });
    if (held !== undefined) {
      await refuseOwnRotation(this.idAt.name, wordsFor(this.idAt), this.#parts);
      await refuseOwnRotation(this.secretAt.name, wordsFor(this.secretAt), this.#parts);
      const [idVersion = '', secretVersion = ''] = held.version?.split(',') ?? [];
      await requireReplicas(this.secretAt, secretVersion, this.#parts);
      await requireReplicas(this.idAt, idVersion, this.#parts);
    }
    return held;
  }

  /** The version of the other secret that belongs to the key, where one of the last two does. */
  async secretVersionOf(keyId: string): Promise<SecretVersion | undefined> {
    const [idNow, idBefore] = await this.#lastTwo(this.idAt.name);
    const [now, before] = await this.#lastTwo(this.secretAt.name);
    const id = [idNow, idBefore].find((each) => each?.text?.reveal().trim() === keyId);
    if (id === undefined) return undefined;
    const ours = [now, before].find((each) => each !== undefined && this.#isPair(id, each));
    if (ours !== undefined) return ours;
    // Written by somebody else: the halves of one age belong together, but where we died in between.
    return id === idNow && !(await this.#isAhead(now)) ? now : before;
  }

  /** The version of the other secret that belongs to the key, where the ID can be put back too. */
  async wayTo({ toKeyId, fromKeyId }: UndonePair): Promise<WayTo | undefined> {
    const [idNow, idBefore] = await this.#lastTwo(this.idAt.name);
    const held = idNow?.text?.reveal().trim();
    const isBack = held === toKeyId;
    if (!isBack && (held !== fromKeyId || idBefore?.text?.reveal().trim() !== toKeyId)) {
      return undefined;
    }
    const secret = await this.secretVersionOf(toKeyId);
    return secret && { secret, isBack, idNow, idBefore };
  }

  async putBack(undo: UndonePair): Promise<boolean> {
    const way = await this.wayTo(undo);
    if (way === undefined) return false;
    const { secret, isBack, idNow, idBefore } = way;
    const secretNow = await this.#store.read(this.secretAt.name, 'AWSCURRENT');
    const isSecretBack =
      secretNow?.versionId === secret.versionId ||
      (await this.#promote(this.secretAt.name, secret.versionId, secretNow));
    const isIdBack =
      isBack || (isSecretBack && (await this.#promote(this.idAt.name, idBefore?.versionId, idNow)));
    if (isSecretBack && isIdBack) return true;
    throw changedMeanwhile(`${wordsFor(this.idAt)} or ${this.secretAt.name}`);
  }

  async #promote(name: string, to: string | undefined, from: SecretVersion | undefined) {
    return to !== undefined && (await this.#store.promote(name, to, from?.versionId));
  }

  async #lastTwo(name: string) {
    return [
      await this.#store.read(name, 'AWSCURRENT'),
      await this.#store.read(name, 'AWSPREVIOUS'),
    ] as const;
  }

  #versionIds({ id, secret }: Halves): [string, string] {
    const content = `${id}\n${secret}`;
    return [versionIdOf(this.idAt.name, content), versionIdOf(this.secretAt.name, content)];
  }

  #isPair(id: SecretVersion, secret: SecretVersion): boolean {
    const halves = { id: id.text?.reveal() ?? '', secret: secret.text?.reveal() ?? '' };
    const [idVersion, secretVersion] = this.#versionIds(halves);
    return id.versionId === idVersion || secret.versionId === secretVersion;
  }

  /** Whether the secret is one that we have promoted, and whose ID is only staged yet. */
  async #isAhead(secret: SecretVersion | undefined): Promise<boolean> {
    const staged = await this.#store.read(this.idAt.name, 'keyturn-pending');
    return staged !== undefined && secret !== undefined && this.#isPair(staged, secret);
  }
}
