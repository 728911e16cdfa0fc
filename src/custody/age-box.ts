// Seals secrets to age recipients. A run without an identity writes what it cannot read again: after its death
// the secret waits for somebody who has one. age authenticates nothing beside the text, so what binds the
// secret to its key is inside of it, and is looked at when it is opened. Imported when a store is opened that
// needs it: it loads the age library.

import { Decrypter, Encrypter } from 'age-encryption';
import { KeyturnError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { type BoxedKey, type BoxOf, bindingOf } from './box.ts';

export interface AgeBoxParts {
  /** None for a store of which secrets are opened alone. */
  readonly recipients: readonly string[];
  /** Identities as `age-keygen` writes them, one a line; undefined for a run that has none. */
  readonly identity: (() => Promise<Secret>) | undefined;
  /** What names it. */
  readonly identityBy?: string | undefined;
  /** The command that takes an identity for what waits. */
  readonly goesOnBy: string;
  /** Bound to it: what is sealed for one table is opened in no other. */
  readonly place: string;
}

export function ageBox(parts: AgeBoxParts): BoxOf<'age'> {
  const { recipients, identity, place, goesOnBy, identityBy = '--custody-identity' } = parts;
  let opener: Promise<Decrypter> | undefined;
  const decrypter = async (): Promise<Decrypter> => {
    if (identity === undefined) throw new Closed('this run has no identity to open it');
    opener ??= identity().then((text) => openerOf(text, identityBy));
    return await opener;
  };
  const encrypted = async (text: string): Promise<Uint8Array> => {
    const encrypter = new Encrypter();
    for (const recipient of recipients) addRecipient(encrypter, recipient);
    return await encrypter.encrypt(text);
  };
  return {
    kind: 'age',
    by: recipients.length === 1 ? '1 age recipient' : `${recipients.length} age recipients`,
    prepare: async () => {},
    seal: async (about, secret) => {
      const text = [bindingOf(place, about), secret.reveal()];
      return { by: 'age', ct: await encrypted(JSON.stringify(text)) };
    },
    open: async (about, { ct }) => {
      const way = identity === undefined ? goesOnBy : undefined;
      const opened = await openedBy(decrypter, ct, { about, way });
      const [binding, secret] = partsOf(opened);
      if (binding === bindingOf(place, about) && secret !== undefined) return new Secret(secret);
      throw notSealedFor(about, place);
    },
    prove: async () => {
      const probe = await encrypted(PROOF);
      if (identity === undefined) return;
      try {
        await (await decrypter()).decrypt(probe, 'text');
      } catch (thrown) {
        if (thrown instanceof KeyturnError) throw thrown;
        throw new KeyturnError(
          'bad-value',
          `the identity of ${identityBy} opens nothing that is sealed to the recipients of --custody`,
          { hint: 'add the identity of one of them to it, on a line of its own' },
        );
      }
    },
  };
}

const PROOF = 'keyturn';
// biome-ignore lint/suspicious/noTemplateCurlyInString: a reference, as it is written
const REFERENCE = '${file:/PATH}';

/** Nobody in this run can open it, which says nothing against what is kept. */
class Closed extends Error {}

async function openedBy(
  decrypter: () => Promise<Decrypter>,
  sealed: Uint8Array,
  { about, way }: Opening,
): Promise<string> {
  try {
    return await (await decrypter()).decrypt(sealed, 'text');
  } catch (thrown) {
    if (thrown instanceof KeyturnError) throw thrown;
    if (thrown instanceof Closed) throw closed(about, thrown.message, way);
    // The library's words tell which of the two it is; they are its own and have nothing of ours in them.
    if (thrown instanceof Error && /no identity matched/.test(thrown.message)) {
      throw closed(about, 'the identity of this run is of none of them', way);
    }
    throw new KeyturnError(
      'state-dir',
      `the secret of ${about.keyId} does not open: somebody changed what was sealed`,
      { hint: 'restore it from where it was changed; the old key was not touched' },
    );
  }
}

interface Opening {
  readonly about: BoxedKey;
  /** The command with which somebody goes on who has an identity. */
  readonly way: string | undefined;
}

function closed({ keyId }: BoxedKey, why: string, way: string | undefined): KeyturnError {
  return new KeyturnError(
    'secret-sealed',
    `the secret of ${keyId} is sealed to age recipients, and ${why}`,
    {
      hint:
        way === undefined
          ? 'it is kept, and nothing was touched: name the identity of one of them with --custody-identity'
          : [
              'it is kept, and nothing was touched; with the file that has the identity of one of them:',
              { command: `${way} --custody-identity '${REFERENCE}'` },
            ],
    },
  );
}

function notSealedFor({ keyId }: BoxedKey, place: string): KeyturnError {
  return new KeyturnError(
    'state-dir',
    `the secret of ${keyId} in ${place} was not sealed for it: somebody moved or changed the item`,
    { hint: 'restore nothing over it; the key can be rotated anew' },
  );
}

/** Of a text that is not ours, neither. */
function partsOf(text: string): readonly [string | undefined, string | undefined] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed) && parsed.length === 2) {
      const [binding, secret] = parsed as readonly unknown[];
      if (typeof binding === 'string' && typeof secret === 'string') return [binding, secret];
    }
  } catch {
    // What the parser says could quote the secret (I8).
  }
  return [undefined, undefined];
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch {
    throw new KeyturnError('bad-value', `${JSON.stringify(recipient)} is no age recipient`, {
      hint: 'a recipient begins with age1; age-keygen -y prints it for an identity',
    });
  }
}

/** Throws `bad-value` for a text that has no identity. */
export function assertIdentity(text: Secret, by: string): void {
  openerOf(text, by);
}

/** Never with a line in the message: it is an identity, or half of one (I8). */
function openerOf(identities: Secret, by: string): Decrypter {
  const decrypter = new Decrypter();
  const lines = identities
    .reveal()
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  for (const [index, line] of lines.entries()) {
    try {
      decrypter.addIdentity(line);
    } catch {
      throw noIdentity(lines.length === 1 ? 'it' : `line ${index + 1} of it`, by);
    }
  }
  if (lines.length === 0) throw noIdentity('it', by);
  return decrypter;
}

function noIdentity(which: string, by: string): KeyturnError {
  return new KeyturnError(
    'bad-value',
    `${by} names no age identity: ${which} is not as age-keygen writes one`,
    { hint: 'an identity is a line that begins with AGE-SECRET-KEY-1' },
  );
}
