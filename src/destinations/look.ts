// I14: look before you write. What is at a place is judged before a key is made, with a pair that stands in
// for the new one, and once more at the write: whose key is there, would anything of the old pair stay
// where a reader reads, does the new text fit. Throws `not-deliverable`; no content is ever quoted (I8),
// key IDs and the names of fields excepted.

import { type AccessKeyId, accessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import { command } from '../base/hint.ts';
import { looksLikeKeyId } from '../base/key-id-text.ts';
import { Secret } from '../base/secret.ts';
import { isSameUser } from '../base/user-name.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import type { WhoseKey } from '../lifecycle/keys.ts';
import type { Form } from './forms/form.ts';
import { idInWhole, pairOfWhole } from './forms/whole.ts';
import { holdsNoText } from './json-fields.ts';
import {
  fieldsFor,
  halvesAt,
  type PlaceOfPair,
  pairIn,
  type StoredHalves,
  withPair,
} from './key-fields.ts';
import { type PairFields, writePath } from './pair-fields.ts';
import { keyIdsIn, readingsOf, some } from './readings.ts';
import { refuseOtherForm, type SecretBeside } from './secret-shape.ts';
import { sesPasswords } from './ses-passwords.ts';
import {
  hasLoneSecret,
  looksLikeSecret,
  type NamedPlace,
  namesHint,
  sessionTokenBeside,
} from './stray-fields.ts';

/** The key that is replaced, and how it is found out whose another one is. */
export interface ReplacedKey {
  readonly user: string;
  readonly oldKeyId: AccessKeyId;
  readonly whoseKey: WhoseKey;
}

export type Pair = Pick<IssuedKey, 'keyId' | 'secret'>;

/** As long as a pair of AWS's, and never written anywhere. */
export const STAND_IN: Pair = {
  keyId: accessKeyId('AKIASTANDINSTANDINEX'),
  secret: new Secret('stand+in/stand+in/stand+in/stand+in/EXAM'),
};

/** What stands in for the pair as it would be written. */
export function standIn(form: Form | undefined): Pair {
  return form === undefined ? STAND_IN : { ...STAND_IN, secret: new Secret(form.write(STAND_IN)) };
}

export interface ObjectInPlace extends PlaceOfPair, Pick<NamedPlace, 'deliverWith'> {
  /** The form of a place that holds nothing but one text with both halves. */
  readonly whole?: Form | undefined;
  /** What the operator would write behind `--deliver`, without fields. */
  readonly deliverAs: string;
}

/**
 * The text with the pair in it, once it was looked at from all sides. Repeated with the same pair it
 * changes nothing.
 */
export async function editedText(
  text: string,
  place: ObjectInPlace,
  { pair, replaced }: { readonly pair: Pair; readonly replaced: ReplacedKey },
): Promise<string> {
  const { where, whole } = place;
  if (whole !== undefined) {
    await refuseForeignKey(idInWhole(text, where, whole), where, { pair, replaced });
    return pair.secret.reveal();
  }
  const edited = withPair(text, pair, place);
  const fields = fieldsFor(text, place);
  refuseOtherValues(text, fields, place);
  const stored = halvesAt(text, fields);
  await refuseForeignKey(stored.id, place.where, { pair, replaced });
  await refuseTraces({ before: text, after: edited, stored, pair }, place, replaced);
  refuseHalfPair(text, stored, place);
  refuseOtherForm(besideIn(stored, pair), place.where);
  refuseSession(text, place);
  return edited;
}

/** The pair as it is kept there: of one text the whole of it is the secret. */
export function pairAt(text: string, { whole, fields, names }: ObjectInPlace) {
  return whole === undefined ? pairIn(text, fields, names) : pairOfWhole(text, whole);
}

/** The text with a pair that was kept there before. */
export function withPairAt(text: string, pair: Pair, place: ObjectInPlace): string {
  return place.whole === undefined ? withPair(text, pair, place) : pair.secret.reveal();
}

/** How a place of one object keeps pairs in the form: in two fields, or as one text. */
export function keptIn(
  form: Form | undefined,
  fields: PairFields | undefined,
): Pick<ObjectInPlace, 'whole' | 'names'> {
  const isWhole = form?.isWhole === true && fields === undefined;
  return { whole: isWhole ? form : undefined, names: form?.fieldNames };
}

/** A reader that keeps something else there than text would be left without it. */
function refuseOtherValues(text: string, fields: PairFields, place: ObjectInPlace): void {
  const paths = [fields.id, fields.secret];
  const odd = paths.find((path) => holdsNoText(text, path));
  if (odd === undefined) return;
  throw new KeyturnError(
    'not-deliverable',
    `${place.where} has something else than text in the field ${writePath(odd)}`,
    { hint: namesHint(text, place) },
  );
}

/** I14: the pair of another living user is never written over, nor one that the user has been given since. */
export async function refuseForeignKey(
  id: string | undefined,
  where: string,
  { pair, replaced }: { readonly pair: Pair; readonly replaced: ReplacedKey },
): Promise<void> {
  const found = id?.trim() ?? '';
  if (!looksLikeKeyId(found) || found === pair.keyId || found === replaced.oldKeyId) return;
  const { user, whoseKey } = replaced;
  const owner = await whoseKey(found);
  if (owner.kind === 'nobody') return;
  if (owner.kind === 'unknown') throw unknownOwner(found, where, owner.error);
  if (owner.kind === 'user' && isSameUser(owner.user, user)) {
    if (owner.isActive !== true) return;
    throw newerPair(found, where, { user, keyId: pair.keyId });
  }
  const whose = owner.kind === 'user' ? owner.user : `account ${owner.account}`;
  throw new KeyturnError(
    'not-deliverable',
    `${where} holds ${found}, which is a key of ${whose} and not of ${user}`,
    {
      hint: `check the name: writing there would cut ${whose} off; if it is to be ${user}'s from now on, take that pair out of it first`,
    },
  );
}

/** Somebody gave the user another key while the rotation was open: the place may be the only one that has it. */
function newerPair(
  id: AccessKeyId,
  where: string,
  { user, keyId }: { readonly user: string; readonly keyId: AccessKeyId },
): KeyturnError {
  return new KeyturnError(
    'not-deliverable',
    `${where} holds ${id}, an Active key of ${user} that this rotation does not replace`,
    {
      hint:
        keyId === STAND_IN.keyId
          ? `if the new key is to be read there, take that pair out of it first`
          : [
              'somebody has put it there since; if it is to stay, delete the new key, and run again:',
              command(
                'aws',
                'iam',
                'delete-access-key',
                '--user-name',
                user,
                '--access-key-id',
                keyId,
              ),
              `if ${keyId} is to be read there, take that pair out of it first`,
            ],
    },
  );
}

function unknownOwner(id: string, where: string, error: KeyturnError): KeyturnError {
  return new KeyturnError(
    'not-deliverable',
    `${where} holds ${id}, and whose key that is could not be found out: ${error.message}`,
    { hint: error.hintParts },
  );
}

function besideIn({ id, secret }: StoredHalves, pair: Pair): SecretBeside {
  const stored = { id: id?.trim() ?? '', secret: secret?.reveal().trim() ?? '' };
  return { ...stored, written: pair.secret.reveal() };
}

/** Half of a pair has a reader too, who finds the other half under another name, or elsewhere. */
function refuseHalfPair(text: string, { id, secret }: StoredHalves, place: ObjectInPlace): void {
  const { where, fields } = place;
  const [idText, secretText] = [id?.trim() ?? '', secret?.reveal().trim() ?? ''];
  const hasId = looksLikeKeyId(idText);
  const isHalf = hasId ? secretText === '' : looksLikeSecret(secretText);
  // Without either, the operator's own names say where the pair is read.
  const isStray = !hasId && fields === undefined && hasLoneSecret(text, fieldsFor(text, place));
  if (!isHalf && !isStray) return;
  throw new KeyturnError(
    'not-deliverable',
    `${where} has half a pair in the fields that would be set: whoever reads it has the other half elsewhere, and would be left with halves of two keys`,
    { hint: namesHint(text, place) },
  );
}

/** A session token stays where it is: the reader would sign with it and the new pair, and AWS would refuse that. */
function refuseSession(text: string, place: ObjectInPlace): void {
  const { where } = place;
  const name = sessionTokenBeside(text, fieldsFor(text, place));
  if (name === undefined) return;
  throw new KeyturnError(
    'not-deliverable',
    `${where} has the field ${name} beside the pair, which makes it one of a session: AWS would refuse a key of a user beside it`,
    { hint: 'take the field out, or empty it; whoever needs a session reads it elsewhere' },
  );
}

interface Edit {
  readonly before: string;
  readonly after: string;
  readonly stored: StoredHalves;
  readonly pair: Pair;
}

/** After the edit nothing may name the old pair any more, nor another key of this user. */
async function refuseTraces(
  { before, after, stored, pair }: Edit,
  place: ObjectInPlace,
  replaced: ReplacedKey,
): Promise<void> {
  const trace = await traceAfter({ after, stored, pair }, place.where, replaced);
  if (trace !== undefined) throw traceLeft(trace, before, place);
}

/**
 * What would stay of the pair that was there, or of another key of the user, in words; undefined when nothing
 * would. Throws `not-deliverable` where nobody tells whose a key is.
 */
export async function traceAfter(
  { after, stored, pair }: Omit<Edit, 'before'>,
  where: string,
  replaced: ReplacedKey,
): Promise<string | undefined> {
  const readings = readingsOf(after);
  const trace = traceIn(readings, stored, pair, replaced) ?? smtpIn(readings, stored, pair, after);
  if (trace !== undefined) return trace;
  for (const id of keyIdsIn(readings)) {
    if (id === pair.keyId) continue;
    const owner = await replaced.whoseKey(id);
    if (owner.kind === 'unknown') throw unknownOwner(id, where, owner.error);
    if (owner.kind === 'user' && isSameUser(owner.user, replaced.user)) return id;
  }
  return undefined;
}

/** So short a text is a placeholder, and may be found anywhere. */
const SECRET_LENGTH_MIN = 16;

/** What is found of the pair that was there, in words. */
function traceIn(
  readings: ReadonlySet<string>,
  stored: StoredHalves,
  pair: Pair,
  { oldKeyId }: ReplacedKey,
): string | undefined {
  const storedId = stored.id?.trim() ?? '';
  const ids = [oldKeyId, ...(looksLikeKeyId(storedId) ? [storedId] : [])];
  for (const id of ids) {
    if (id !== pair.keyId && some(readings, (text) => text.toUpperCase().includes(id))) return id;
  }
  const secret = secretOf(stored, pair);
  const isLeft = secret !== undefined && some(readings, (text) => text.includes(secret));
  return isLeft ? 'the secret of the key that is replaced' : undefined;
}

function smtpIn(
  readings: ReadonlySet<string>,
  stored: StoredHalves,
  pair: Pair,
  text: string,
): string | undefined {
  const secret = secretOf(stored, pair);
  if (secret === undefined) return undefined;
  const passwords = sesPasswords(secret, text);
  return some(readings, (reading) => passwords.some((password) => reading.includes(password)))
    ? 'an SES SMTP password that follows from the secret of the key that is replaced'
    : undefined;
}

function secretOf({ secret }: StoredHalves, pair: Pair): string | undefined {
  const text = secret?.reveal().trim() ?? '';
  const isOld = text.length >= SECRET_LENGTH_MIN && text !== pair.secret.reveal();
  return isOld ? text : undefined;
}

function traceLeft(trace: string, before: string, place: ObjectInPlace): KeyturnError {
  return new KeyturnError(
    'not-deliverable',
    `${place.where} has ${trace} at another place too, which would stay: whoever reads it there would be left with a key that does not work`,
    { hint: namesHint(before, place) },
  );
}

/** Throws when the text is longer than the place takes. */
export function refuseTooLong(text: string, bytesMax: number, where: string): void {
  refuseTooManyBytes(Buffer.byteLength(text), bytesMax, where);
}

/** The same for a place that holds more than one text. */
export function refuseTooManyBytes(bytes: number, bytesMax: number, where: string): void {
  if (bytes <= bytesMax) return;
  throw new KeyturnError(
    'not-deliverable',
    `${where} would hold ${bytes} bytes with the new pair, and ${bytesMax} are the most`,
    { hint: 'make room: move what is not about this key to another place' },
  );
}
