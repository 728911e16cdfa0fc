// Profiles of the credentials file as a destination: the new pair goes into the profile, the old
// one into `<profile>-previous`, in one write.

import type { AccessKeyId } from '../../base/access-key-id.ts';
import { Secret } from '../../base/secret.ts';
import { DELIVER } from '../../base/settings-words.ts';
import { parseDocument } from '../../credentials-file/document.ts';
import { checkMakeable } from '../../credentials-file/make-file.ts';
import { readFileBytes } from '../../credentials-file/regular-file.ts';
import { checkWritable, truePath } from '../../credentials-file/rehearse-write.ts';
import { type BytesEdit, saveBytes, saveEdit } from '../../credentials-file/save.ts';
import type { SaveOptions } from '../../credentials-file/saving.ts';
import type { Destination } from '../destination.ts';
import { delivering, preparing } from '../failure.ts';
import type { Opening } from '../kind.ts';
import { type ReplacedKey, STAND_IN } from '../look.ts';
import { holdersByReader, idsOfOthers } from './holders.ts';
import { editedFile, noFile } from './look.ts';
import { filledFile, makingProfiles } from './making.ts';
import { pairOf } from './pairs.ts';
import {
  type ProfilePlace,
  previousProfileOf,
  targetOfProfiles,
  thingsOfProfiles,
} from './place.ts';
import { rehearseSwap, swapEdit } from './profile-edits.ts';

/** What of its surroundings it uses. */
export type ProfileOpening = Pick<
  Opening,
  'files' | 'emit' | 'newPlaces' | 'isAttended' | 'oldKeyStays' | keyof ReplacedKey
>;

export function profileDestination(place: ProfilePlace, opening: ProfileOpening): Destination {
  const { profile } = place;
  const { newPlaces, user, oldKeyId, whoseKey, oldKeyStays = false } = opening;
  const save = saveFor(place, opening);
  const target = targetOfProfiles(place);
  const read = () => readFileBytes(save.fs, save.path, save.namedBy);
  const at = { place, save, replaced: { user, oldKeyId, whoseKey }, oldKeyStays };
  return {
    ...target,
    prepare: (key = STAND_IN) =>
      preparing(async () => {
        const bytes = await read();
        if (bytes === undefined && newPlaces === undefined) throw noFile(place.path);
        const there = newPlaces === undefined ? bytes : filledFile(place, bytes);
        if (there !== undefined) await editedFile(at, there, key);
        await (bytes === undefined ? checkMakeable(save) : checkWritable(save));
      }),
    deliver: (key) =>
      delivering(async () => {
        if ((await read()) === undefined) throw noFile(place.path);
        await write((before) => editedFile(at, before, key), save, opening);
        return { kind: target.kind, reference: target.place };
      }),
    async holds(keyId) {
      const bytes = await read();
      if (bytes === undefined) return undefined;
      // I3: with fresh eyes, and with those of both programs that will read it.
      const holders = holdersByReader(bytes, keyId);
      if (!holders.every((names) => names.includes(profile))) return undefined;
      return { texts: textsOf(bytes, place) };
    },
    async things() {
      const path = await truePath(save.fs, place.path);
      return thingsOfProfiles(targetOfProfiles({ ...place, path }));
    },
    async textsRead() {
      const bytes = await read();
      return bytes === undefined ? [] : textsOf(bytes, place);
    },
    ...(newPlaces !== undefined && { making: makingProfiles(place, save, read) }),
    wayBack: {
      async secretOf(keyId) {
        const bytes = await read();
        return bytes && secretIn(bytes, keyId, profile);
      },
      async canPutBack(undo) {
        const bytes = await read();
        return bytes !== undefined && rehearseSwap(place, undo, bytes);
      },
      async putBack(undo) {
        if ((await read()) === undefined) return false;
        const swap = swapEdit(place, undo);
        const { backupPath } = await saveEdit(swap.request, save);
        tellBackup(backupPath, save, opening);
        return swap.isPossible();
      },
    },
  };
}

/**
 * A person at it finds the content from before beside the file. Nobody looks for what a run by schedule
 * would leave there, each time a copy of all secrets; the pair that was replaced is in the file itself.
 */
function saveFor(
  { path }: ProfilePlace,
  { files, isAttended = false }: ProfileOpening,
): SaveOptions {
  const save = files(path);
  return isAttended ? save : { ...save, keepsBackup: false, namedBy: DELIVER };
}

async function write(edit: BytesEdit, save: SaveOptions, opening: ProfileOpening): Promise<void> {
  const { backupPath } = await saveBytes(edit, save);
  tellBackup(backupPath, save, opening);
}

/** Whoever shows the run to a person tells where the content from before is. */
function tellBackup(
  backup: string | undefined,
  { path }: SaveOptions,
  { emit }: ProfileOpening,
): void {
  if (backup !== undefined) emit({ code: 'backup-made', path, backup });
}

/**
 * The pairs of the profiles that are served, and the keys that others of the file name; the former pair
 * beside them is the way back, and read by nobody.
 */
function textsOf(bytes: Buffer, { profile, alsoProfiles }: ProfilePlace): readonly Secret[] {
  const document = parseDocument(bytes);
  const served = [profile, ...alsoProfiles];
  const pairs = served.flatMap((name) => {
    const pair = pairOf(document, name);
    return pair === undefined ? [] : [`${pair.id}\n${pair.secret.reveal()}`];
  });
  return [...pairs, ...idsOfOthers(bytes, served)].map((text) => new Secret(text));
}

function secretIn(bytes: Buffer, keyId: AccessKeyId, profile: string): Secret | undefined {
  const document = parseDocument(bytes);
  const pairs = [profile, previousProfileOf(profile)].map((name) => pairOf(document, name));
  return pairs.find((pair) => pair?.id === keyId)?.secret;
}
