// Profiles of the credentials file as a destination: the new pair goes into the profile, the old
// one into `<profile>-previous`, in one write.

import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { looksLikeKeyId, shownKeyId } from '../../base/key-id-text.ts';
import { Secret } from '../../base/secret.ts';
import { isSameUser } from '../../base/user-name.ts';
import { parseDocument } from '../../credentials-file/document.ts';
import { readFileBytes } from '../../credentials-file/regular-file.ts';
import { type EditRequest, saveEdit } from '../../credentials-file/save.ts';
import type { SaveOptions } from '../../credentials-file/saving.ts';
import type { WhoseKey } from '../../lifecycle/keys.ts';
import type { Destination } from '../destination.ts';
import { delivering, preparing } from '../failure.ts';
import { holdersByReader } from './holders.ts';
import { pairOf, previousProfileOf } from './pairs.ts';
import { type ProfilePlace, targetOfProfiles } from './place.ts';
import { deliveryEdit, rehearseSwap, swapEdit } from './profile-edits.ts';

export interface ProfileParts {
  readonly save: SaveOptions;
  readonly emit: EventSink;
  /** The key that the profile held when the rotation was asked for. */
  readonly oldKeyId: AccessKeyId;
  readonly user: string;
  readonly whoseKey: WhoseKey;
}

export function profileDestination(place: ProfilePlace, parts: ProfileParts): Destination {
  const { profile } = place;
  const { save, oldKeyId } = parts;
  const target = targetOfProfiles(place);
  return {
    ...target,
    prepare: () => preparing(() => refuseForeignPrevious(profile, parts)),
    async deliver(key) {
      await delivering(() => refuseForeignPrevious(profile, parts));
      try {
        await write(deliveryEdit(place, oldKeyId, key), parts);
      } catch (thrown) {
        const error = toKeyturnError(thrown);
        throw new KeyturnError('delivery-failed', error.message, {
          hint: [
            'the new secret is kept in the state directory',
            ...(error.hint === undefined ? ['run again'] : error.hintParts),
          ],
          cause: { code: error.code },
        });
      }
      return { kind: target.kind, reference: target.place };
    },
    async holds(keyId) {
      const bytes = await readFileBytes(save.fs, save.path);
      if (bytes === undefined) return undefined;
      // I3: with fresh eyes, and with those of both programs that will read it.
      const holders = holdersByReader(bytes, keyId);
      if (!holders.every((names) => names.includes(profile))) return undefined;
      return { texts: textsOf(bytes, place) };
    },
    async textsRead() {
      const bytes = await readFileBytes(save.fs, save.path);
      return bytes === undefined ? [] : textsOf(bytes, place);
    },
    wayBack: {
      secretOf: (keyId) => secretOf(keyId, profile, save),
      async canPutBack(undo) {
        const bytes = await readFileBytes(save.fs, save.path);
        return bytes !== undefined && rehearseSwap(place, undo, bytes);
      },
      async putBack(undo) {
        if ((await readFileBytes(save.fs, save.path)) === undefined) return false;
        const swap = swapEdit(place, undo);
        await write(swap.request, parts);
        return swap.isPossible();
      },
    },
  };
}

/**
 * I14: the previous profile is written over with the pair that is replaced, so what it holds must be one of
 * the same user's, or dead. Of a pair that nobody can tell the owner of, the profile may be the only holder.
 */
async function refuseForeignPrevious(
  profile: string,
  { save, user, oldKeyId, whoseKey }: ProfileParts,
): Promise<void> {
  const bytes = await readFileBytes(save.fs, save.path);
  const previous = previousProfileOf(profile);
  const id = bytes && pairOf(parseDocument(bytes), previous)?.id;
  if (id === undefined || id === oldKeyId) return;
  const held = `profile ${previous} of ${save.path} holds ${shownKeyId(id)}`;
  const reserved = `the former pair of ${profile} is to go there`;
  if (!looksLikeKeyId(id) || !id.startsWith('AKIA')) {
    // A session, a key of another service, or a word that stands for one: no former pair of ours.
    throw new KeyturnError('not-deliverable', `${held}, and no key of an IAM user`, {
      hint: `${reserved}: give that profile another name first`,
    });
  }
  const owner = await whoseKey(id);
  if (owner.kind === 'nobody') return;
  if (owner.kind === 'user' && isSameUser(owner.user, user)) return;
  if (owner.kind !== 'unknown') {
    const whose = owner.kind === 'user' ? owner.user : `account ${owner.account}`;
    throw new KeyturnError(
      'not-deliverable',
      `${held}, which is a key of ${whose} and not of ${user}`,
      { hint: `${reserved}: give that profile another name first` },
    );
  }
  const { code, message, hintParts } = owner.error;
  const wayOut = `${reserved}: take the profile ${previous} out of the file if nobody needs its pair, else give it another name; or sign with a profile that may ask whose key it is (-a, iam:GetAccessKeyLastUsed on all users)`;
  throw new KeyturnError(
    'not-deliverable',
    `${held}, and whose key that is could not be found out: ${message}`,
    { hint: code === 'access-denied' ? wayOut : hintParts },
  );
}

/** Whoever shows the run to a person tells where the content from before is. */
async function write(request: EditRequest, { save, emit }: ProfileParts): Promise<void> {
  const { backupPath } = await saveEdit(request, save);
  if (backupPath !== undefined) {
    emit({ code: 'backup-made', path: save.path, backup: backupPath });
  }
}

/** The pairs of the profiles that are served; the former pair beside them is the way back, and read by nobody. */
function textsOf(bytes: Buffer, { profile, alsoProfiles }: ProfilePlace): readonly Secret[] {
  const document = parseDocument(bytes);
  return [profile, ...alsoProfiles].flatMap((name) => {
    const pair = pairOf(document, name);
    return pair === undefined ? [] : [new Secret(`${pair.id}\n${pair.secret.reveal()}`)];
  });
}

async function secretOf(
  keyId: AccessKeyId,
  profile: string,
  { fs, path }: SaveOptions,
): Promise<Secret | undefined> {
  const bytes = await readFileBytes(fs, path);
  const document = bytes && parseDocument(bytes);
  const pairs = [profile, previousProfileOf(profile)].map(
    (name) => document && pairOf(document, name),
  );
  return pairs.find((pair) => pair?.id === keyId)?.secret;
}
