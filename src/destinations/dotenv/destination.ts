// Variables of a .env file as a destination: both halves in one write, by a new file that takes the name.

import { KeyturnError } from '../../base/errors.ts';
import { looksLikeKeyId } from '../../base/key-id-text.ts';
import { Secret } from '../../base/secret.ts';
import { bySetting, CREATE_MISSING, DELIVER } from '../../base/settings-words.ts';
import { checkMakeable } from '../../credentials-file/make-file.ts';
import { readFileBytes } from '../../credentials-file/regular-file.ts';
import { checkWritable, truePath } from '../../credentials-file/rehearse-write.ts';
import { saveBytes } from '../../credentials-file/save.ts';
import type { SaveOptions } from '../../credentials-file/saving.ts';
import type { Destination } from '../destination.ts';
import { delivering, preparing } from '../failure.ts';
import type { Form } from '../forms/form.ts';
import type { Opening } from '../kind.ts';
import {
  type ObjectInPlace,
  type Pair,
  type ReplacedKey,
  refuseForeignKey,
  standIn,
  traceAfter,
} from '../look.ts';
import { editedValue, onePlace, pairOfValue, refuseTracesBeside } from '../one-value.ts';
import { refuseOtherForm } from '../secret-shape.ts';
import { looksLikeSecret } from '../stray-fields.ts';
import { namesOf, type VariableNames } from '../variable-names.ts';
import { type EnvLine, type EnvText, linesOf, oneLineOf, valueAt, withValues } from './document.ts';
import { filledText, makingLines } from './making.ts';
import { DOTENV, type EnvFile, ONE_VARIABLE, placeOfEnvFile, thingsIn } from './place.ts';

interface FileAtHand extends EnvFile {
  readonly replaced: ReplacedKey;
  readonly save: SaveOptions;
  readonly form: Form | undefined;
}

/** The two of a pair by their names, in a file. */
type Halves = Extract<VariableNames, { form: 'halves' }>;

export function dotenvDestination(
  at: EnvFile,
  { files, user, oldKeyId, whoseKey, form, newPlaces }: Opening,
): Destination {
  // The old pair, left beside it in clear, would find its way into a repository or an image.
  const save = { ...files(at.path), keepsBackup: false, namedBy: DELIVER };
  const file = { ...at, save, form, replaced: { user, oldKeyId, whoseKey } };
  const place = placeOfEnvFile(at);
  const text = async () => asText(await readFileBytes(save.fs, at.path, save.namedBy));
  return {
    kind: DOTENV,
    place,
    prepare: (key = standIn(form)) =>
      preparing(async () => {
        const there = await text();
        await edited(file, newPlaces === undefined ? there : filledText(at, there), key);
        await (there === undefined ? checkMakeable(save) : checkWritable(save));
      }),
    deliver: (key) =>
      delivering(async () => {
        await saveBytes(async (before) => asBytes(await edited(file, asText(before), key)), save);
        return { kind: DOTENV, reference: place };
      }),
    holds: (keyId) =>
      delivering(async () => {
        const current = await text();
        const isThere = current !== undefined && idIn(file, current) === keyId;
        return isThere ? { texts: [new Secret(withoutComments(current))] } : undefined;
      }),
    ...(newPlaces !== undefined && { making: makingLines(at, save, text) }),
    things: async () => thingsIn({ ...at, path: await truePath(save.fs, at.path) }),
    textsRead: () =>
      delivering(async () => {
        const current = await text();
        return current === undefined ? [] : [new Secret(current)];
      }),
  };
}

function asText(bytes: Buffer | undefined): EnvText | undefined {
  return bytes?.toString('latin1');
}

function asBytes(text: EnvText): Buffer {
  return Buffer.from(text, 'latin1');
}

/** The key that every reader finds there; undefined where they would disagree. */
function idIn(file: FileAtHand, text: EnvText): string | undefined {
  const lines = linesOf(text);
  const found = namesOf(file.pair).map((name) => oneLineOf(lines, name));
  const values = found.flatMap((each) => (each.kind === 'one' ? [valueAt(text, each.line)] : []));
  if (values.length < found.length) return undefined;
  return file.pair.form === 'halves' ? values[0] : pairOfValue(values[0], oneAt(file))?.id;
}

function oneAt(file: FileAtHand): ObjectInPlace {
  return onePlace({ where: file.path, deliverAs: `${DOTENV}=${placeOfEnvFile(file)}` }, file.form);
}

/** What the file would hold, once it was looked at (I14). Throws `not-deliverable`. */
async function edited(file: FileAtHand, text: EnvText | undefined, pair: Pair): Promise<EnvText> {
  const { path, pair: names } = file;
  if (text === undefined) {
    const lines = namesOf(names).map((name) => `a line ${name}=`);
    throw new KeyturnError('not-deliverable', `there is no file ${path}`, {
      hint: [
        bySetting(
          CREATE_MISSING,
          (how) => `make it, with ${lines.join(' and ')}; or have it made with ${how}`,
        ),
      ],
    });
  }
  return names.form === 'halves'
    ? await withHalves(file, { text, names }, pair)
    : await withOne(file, { text, name: names.name }, pair);
}

async function withOne(
  file: FileAtHand,
  { text, name }: { readonly text: EnvText; readonly name: string },
  pair: Pair,
): Promise<EnvText> {
  const { replaced, form, path } = file;
  if (form?.isWhole !== true) {
    throw new KeyturnError('not-deliverable', `${path}: ${ONE_VARIABLE}`, {
      hint: `name the form before the path, or two variables behind it: dotenv=${path}#ID_NAME,SECRET_NAME`,
    });
  }
  const line = lineFor(file, linesOf(text), name);
  const before = valueAt(text, line);
  const place = oneAt(file);
  const value = await editedValue(before, place, { pair, replaced });
  const after = withValues(text, [[line, value]]);
  const read = { before, after: withoutComments(after) };
  await refuseTracesBeside(read, place, { pair, replaced });
  return after;
}

async function withHalves(
  file: FileAtHand,
  { text, names }: { readonly text: EnvText; readonly names: Halves },
  pair: Pair,
): Promise<EnvText> {
  const { path, replaced } = file;
  const lines = linesOf(text);
  const [idLine, secretLine] = [lineFor(file, lines, names.id), lineFor(file, lines, names.secret)];
  const [id, secret] = [valueAt(text, idLine), valueAt(text, secretLine)];
  await refuseForeignKey(id, path, { pair, replaced });
  refuseHalf({ path, ...names }, id, secret);
  refuseOtherForm({ id, secret, written: pair.secret.reveal() }, path);
  refuseSession({ path, id: names.id }, text, lines);
  const after = withValues(text, [
    [idLine, pair.keyId],
    [secretLine, pair.secret.reveal()],
  ]);
  const stored = { id, secret: new Secret(secret) };
  const trace = await traceAfter({ after: withoutComments(after), stored, pair }, path, replaced);
  if (trace === undefined) return after;
  throw new KeyturnError(
    'not-deliverable',
    `${path} has ${trace} in another line too, which would stay: whoever reads it there would be left with a key that does not work`,
    { hint: 'keep one pair in the file, and take the other lines out' },
  );
}

function lineFor(file: FileAtHand, lines: readonly EnvLine[], name: string): EnvLine {
  const found = oneLineOf(lines, name);
  const { path } = file;
  switch (found.kind) {
    case 'one':
      return found.line;
    case 'none':
      throw new KeyturnError('not-deliverable', `${path} has no line ${name}=`, {
        hint: [
          bySetting(
            CREATE_MISSING,
            (how) =>
              `add it, empty, or have it added with ${how}; other names are given behind the path: dotenv=${path}#ID_NAME,SECRET_NAME`,
          ),
        ],
      });
    case 'several':
      throw new KeyturnError(
        'not-deliverable',
        `${path} sets ${name} more than once (lines ${found.lines.join(', ')})`,
        { hint: 'keep the line that counts, which is the last one' },
      );
    case 'doubtful':
      throw new KeyturnError(
        'not-deliverable',
        `${path}, line ${found.line.number}: ${name} ${found.doubt}, so its readers do not agree what it is`,
        { hint: `write it as ${name}=VALUE, in a line of its own` },
      );
  }
}

function refuseHalf(
  { path, id: idName, secret: secretName }: { readonly path: string } & Halves,
  id: string,
  secret: string,
) {
  const hasId = looksLikeKeyId(id);
  const isHalf = hasId ? secret === '' : looksLikeSecret(secret);
  if (!isHalf) return;
  const [there, missing] = hasId ? [idName, secretName] : [secretName, idName];
  throw new KeyturnError(
    'not-deliverable',
    `${path} has half a pair: ${there} without ${missing}; whoever reads it has the other half elsewhere`,
    { hint: 'name both variables that the reader reads, or empty the one that nobody does' },
  );
}

/** With these beside a pair of a user, every AWS tool takes it for a session, and AWS refuses it. */
const SESSION_NAMES: readonly string[] = ['AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN'];

function refuseSession(
  { path, id }: { readonly path: string; readonly id: string },
  text: EnvText,
  lines: readonly EnvLine[],
): void {
  if (id !== 'AWS_ACCESS_KEY_ID') return;
  const token = lines.find(
    (line) => SESSION_NAMES.includes(line.name) && valueAt(text, line) !== '',
  );
  if (token === undefined) return;
  throw new KeyturnError(
    'not-deliverable',
    `${path}, line ${token.number}: ${token.name} makes the pair one of a session, and AWS would refuse a key of a user beside it`,
    { hint: 'take the line out; whoever needs a session reads it elsewhere' },
  );
}

function withoutComments(text: EnvText): string {
  return text.replaceAll(/^[ \t]*[#;].*$/gm, '');
}
