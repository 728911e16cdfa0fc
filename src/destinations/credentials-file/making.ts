// A credentials file, or a profile of it, that is made where it is missing: the file its owner's alone, the
// profile without anything in it.

import { type Document, parseDocument, sectionOf } from '../../credentials-file/document.ts';
import { addSection } from '../../credentials-file/edit.ts';
import { makeFile } from '../../credentials-file/make-file.ts';
import { applyEdit, type EditRequest, saveEdit } from '../../credentials-file/save.ts';
import type { SaveOptions } from '../../credentials-file/saving.ts';
import type { Making } from '../destination.ts';
import { preparing } from '../failure.ts';
import type { ProfilePlace } from './place.ts';

/** The file as it would be with all that is missing. Throws `file-not-understood` with the line. */
export function filledFile(place: ProfilePlace, bytes: Buffer = Buffer.alloc(0)): Buffer {
  return applyEdit(place.path, bytes, makingEdit(place));
}

/** `read` tells what is in the file now. */
export function makingProfiles(
  place: ProfilePlace,
  save: SaveOptions,
  read: () => Promise<Buffer | undefined>,
): Making {
  const missing = async () => missingIn(place, parseDocument((await read()) ?? Buffer.alloc(0)));
  return {
    missing: () =>
      preparing(async () => (await missing()).map((name) => `${place.path} [${name}]`)),
    make: () =>
      preparing(async () => {
        if ((await missing()).length === 0) return;
        if ((await read()) === undefined) await makeFile(save);
        await saveEdit(makingEdit(place), save);
      }),
  };
}

function makingEdit(place: ProfilePlace): EditRequest {
  return {
    profiles: [place.profile, ...place.alsoProfiles],
    edit: (document) => missingIn(place, document).reduce(addSection, document),
  };
}

function missingIn({ profile, alsoProfiles }: ProfilePlace, document: Document): string[] {
  return [profile, ...alsoProfiles].filter((name) => sectionOf(document, name) === undefined);
}
