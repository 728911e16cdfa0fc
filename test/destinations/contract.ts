// What every destination promises, whichever kind it is. A new kind passes when it hands in how one is
// set up and what its readers see (docs/destinations/adding.md).

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { AccessKeyId } from '../../src/base/access-key-id.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import type { Opening } from '../../src/destinations/kind.ts';
import { openDestination } from '../../src/destinations/kinds.ts';
import type { IssuedKey } from '../../src/lifecycle/issued-key.ts';
import type { WhoseKey } from '../../src/lifecycle/keys.ts';
import type { JsonService } from './json-server.ts';
import { FOREIGN, isSafeError, NEW, OLD, OTHER, STRANGE } from './keys.ts';
import { bearsFaults } from './service-contract.ts';

export { FOREIGN, NEW, OLD, STRANGE };

export interface Subject {
  readonly kind: string;
  /** One place of its own for a test, holding the pair of OLD where the kind has pairs. */
  readonly open: (test: TestContext) => Promise<Place>;
}

export interface Place {
  readonly place: string;
  /** As the journal has it; the pair is there as AWS made it when left out. */
  readonly form?: string;
  readonly opening: Opening;
  /** What the engine has done before it delivers: the hand-off has the key. */
  readonly issue: (key: IssuedKey) => Promise<void>;
  /** The pair that readers of the place get, read without the destination. */
  readonly served: (keyId: AccessKeyId) => Promise<ServedPair | undefined>;
  /** Everything else that the place holds, to be found as it was. */
  readonly others?: () => Promise<unknown>;
  /** A place of the same kind that cannot take a secret. */
  readonly unfit?: string;
  /**
   * I14: what must not be written over, by what is there: each puts it there and says how to read the
   * whole place. Left out by kinds whose places hold nothing that anybody else could have put there.
   */
  readonly look?: Readonly<Partial<Record<LookCase, () => Promise<unknown>>>>;
  /** Whether the place can go back, and never tells a secret. */
  readonly tellsNoSecret?: boolean;
  /** Whether it keeps only what is there now, although other places of the kind keep what was. */
  readonly keepsNothing?: boolean;
  /** The whole place as it is, to be found untouched. */
  readonly whole?: () => Promise<unknown>;
  /** Takes away what `--create-missing` makes; of a kind that makes none, left out. */
  readonly takeAway?: () => Promise<void> | void;
  /** The service behind it, which a test can have fail; see service-contract.ts. */
  readonly service?: Pick<JsonService, 'fault' | 'requests'>;
}

/** Whose keys are there, for `look`: FOREIGN is a living key of bob, STRANGE one that nobody tells of. */
export const LOOK_CASES = [
  "another user's living pair",
  'a pair whose owner is not known',
  'the old pair at another place too',
] as const;
export type LookCase = (typeof LOOK_CASES)[number];

export const whoseKey: WhoseKey = async (keyId) => {
  if (keyId === FOREIGN.keyId) return { kind: 'user', user: FOREIGN.user };
  if (keyId !== STRANGE.keyId) return { kind: 'nobody' };
  const hint = 'grant iam:GetAccessKeyLastUsed';
  return { kind: 'unknown', error: new KeyturnError('access-denied', 'not allowed', { hint }) };
};

export interface ServedPair {
  readonly id: string;
  readonly secret: string;
}

async function keepsOnlyTheNew(destination: Destination, served: Place['served']): Promise<void> {
  await destination.deliver(NEW);
  const undo = { toKeyId: OLD.keyId, fromKeyId: NEW.keyId };
  assert.equal(await destination.wayBack?.secretOf(OLD.keyId), undefined);
  assert.equal(await destination.wayBack?.canPutBack(undo), false);
  assert.equal(await destination.wayBack?.putBack(undo), false);
  assert.equal((await served(NEW.keyId))?.id, NEW.keyId);
}

export type Open = (test: TestContext) => Promise<Place & { destination: Destination }>;

export function passesContract(subject: Subject): void {
  const open: Open = async (test) => {
    const place = await subject.open(test);
    await place.issue(NEW);
    return { ...place, destination: await opened(subject.kind, place) };
  };
  describe(`${subject.kind} as a destination`, () => {
    delivers(subject, open);
    goesBackAndRefuses(subject, open);
    looks(open);
    makes(subject, open);
    bearsFaults(open);
  });
}

function delivers(subject: Subject, open: Open): void {
  it('says beforehand, by reading, that it could take a secret', async (test) => {
    const { destination, served } = await open(test);
    await destination.prepare?.();
    assert.notEqual((await served(OLD.keyId))?.id, NEW.keyId);
  });

  it('has the secret once it is delivered, and says so (I3)', async (test) => {
    const { destination, served } = await open(test);
    const receipt = await destination.deliver(NEW);
    assert.equal(receipt.kind, subject.kind);
    assert.ok(receipt.reference.length > 0);
    assert.ok(await destination.holds(NEW.keyId, receipt));
    assert.equal(await destination.holds(OTHER, receipt), undefined);
    const pair = await served(NEW.keyId);
    assert.deepEqual(pair, { id: NEW.keyId, secret: NEW.secret.reveal() });
  });

  it('takes the same delivery again, with the same receipt', async (test) => {
    const { destination, served } = await open(test);
    const first = await destination.deliver(NEW);
    const again = await destination.deliver(NEW);
    assert.deepEqual(again, first);
    assert.equal((await served(NEW.keyId))?.id, NEW.keyId);
  });

  it('is found again by its kind and place, and still holds the key', async (test) => {
    const { destination, ...place } = await open(test);
    const receipt = await destination.deliver(NEW);
    const again = await opened(subject.kind, { ...place, place: destination.place });
    assert.deepEqual([again.kind, again.place], [destination.kind, destination.place]);
    assert.ok(await again.holds(NEW.keyId, receipt));
  });

  it('leaves everything else as it was', async (test) => {
    const { destination, others } = await open(test);
    const before = await others?.();
    await destination.deliver(NEW);
    assert.deepEqual(await others?.(), before);
  });
}

function goesBackAndRefuses(subject: Subject, open: Open): void {
  it('puts the old pair back where it can, and once more', async (test) => {
    const { destination, served, others, ...place } = await open(test);
    const { tellsNoSecret = false, keepsNothing = false } = place;
    const { wayBack } = destination;
    if (wayBack === undefined) return;
    if (keepsNothing) return await keepsOnlyTheNew(destination, served);
    const before = await others?.();
    const receipt = await destination.deliver(NEW);
    const undo = { toKeyId: OLD.keyId, fromKeyId: NEW.keyId };
    const told = tellsNoSecret ? undefined : OLD.secret.reveal();
    assert.equal((await wayBack.secretOf(OLD.keyId))?.reveal(), told);
    assert.equal(await wayBack.secretOf(OTHER), undefined);
    // I12: what would be done is told by reads alone, before each time.
    const serving = { id: NEW.keyId, secret: NEW.secret.reveal() };
    assert.equal(await wayBack.canPutBack(undo), true);
    assert.deepEqual(await served(NEW.keyId), serving);
    assert.equal(await wayBack.putBack(undo), true);
    assert.equal(await wayBack.canPutBack(undo), true);
    assert.equal(await wayBack.putBack(undo), true);
    const pair = { id: OLD.keyId, secret: OLD.secret.reveal() };
    assert.deepEqual(await served(OLD.keyId), pair);
    assert.equal(await destination.holds(NEW.keyId, receipt), undefined);
    assert.deepEqual(await others?.(), before);
    // Neither to a key that it never had, nor in the place of one that somebody put there.
    for (const other of [
      { toKeyId: OTHER, fromKeyId: OLD.keyId },
      { toKeyId: NEW.keyId, fromKeyId: OTHER },
    ]) {
      assert.equal(await wayBack.canPutBack(other), false);
      assert.equal(await wayBack.putBack(other), false);
    }
    assert.deepEqual(await served(OLD.keyId), pair);
  });

  it('refuses a place that cannot take a secret, and tells no secret (I8)', async (test) => {
    const { unfit, ...place } = await open(test);
    if (unfit === undefined) return;
    const destination = await opened(subject.kind, { ...place, place: unfit });
    await assert.rejects(async () => destination.prepare?.(), isSafeError('not-deliverable'));
    await assert.rejects(destination.deliver(NEW), isSafeError(undefined));
  });
}

/** Before a key is made, and again at the write. */
function looks(open: Open): void {
  for (const name of LOOK_CASES) {
    it(`leaves ${name} as it is (I14)`, async (test) => {
      const { destination, look, whole } = await open(test);
      const put = look?.[name];
      if (put === undefined) return;
      await put();
      const before = await whole?.();
      await assert.rejects(async () => destination.prepare?.(), isSafeError('not-deliverable'));
      await assert.rejects(destination.deliver(NEW), isSafeError('delivery-failed'));
      assert.deepEqual(await whole?.(), before);
    });
  }
}

/** `--create-missing`: foretold by reads, made once, and then a place like any other. */
function makes(subject: Subject, open: Open): void {
  it('is made where it is missing, when that is asked for, and never without', async (test) => {
    const { destination, takeAway, whole, served, opening, ...place } = await open(test);
    assert.equal(destination.making, undefined);
    if (takeAway === undefined) return;
    await takeAway();
    const before = await whole?.();
    await assert.rejects(async () => destination.prepare?.(), isSafeError('not-deliverable'));
    const newPlaces = { tags: {} };
    const filled = await opened(subject.kind, { ...place, opening: { ...opening, newPlaces } });
    const { making } = filled;
    assert.ok(making !== undefined);
    await filled.prepare?.();
    const missing = await making.missing();
    assert.ok(missing.length > 0);
    assert.deepEqual(await whole?.(), before);
    await making.make();
    assert.deepEqual(await making.missing(), []);
    const made = await whole?.();
    await making.make();
    assert.deepEqual(await whole?.(), made);
    // From here on without the word of the operator, as a run does that takes it up.
    await destination.prepare?.();
    const receipt = await destination.deliver(NEW);
    assert.ok(await destination.holds(NEW.keyId, receipt));
    assert.deepEqual(await served(NEW.keyId), { id: NEW.keyId, secret: NEW.secret.reveal() });
  });
}

async function opened(
  kind: string,
  { place, form, opening }: Pick<Place, 'place' | 'form' | 'opening'>,
): Promise<Destination> {
  const target = { kind, place, ...(form !== undefined && { form }) };
  const destination = await openDestination(target, opening);
  assert.ok(destination !== undefined, `${kind} ${place} cannot be opened by the list of kinds`);
  return destination;
}
