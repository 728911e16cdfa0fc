// A look at the variables before they are written (I14). CircleCI shows the last four characters of each, which
// tell whether the key that is replaced is there, and never which other one is.

import { NO_SUCH_THING } from '../../base/aws-stores.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { Secret } from '../../base/secret.ts';
import { bySetting, CREATE_MISSING } from '../../base/settings-words.ts';
import { HttpFailure } from '../../http/failure.ts';
import type { Form } from '../forms/form.ts';
import type { Pair, ReplacedKey } from '../look.ts';
import { namesOf } from '../variable-names.ts';
import { type CircleApi, tailOf, type Variable } from './api.ts';
import { type CirclePlace, type Holders, holderOf } from './place.ts';

export interface CircleParts {
  readonly at: CirclePlace;
  readonly holders: Holders;
  readonly api: CircleApi;
  readonly replaced: ReplacedKey;
  readonly form: Form | undefined;
  /** Whether a variable that does not exist is made before the key is. */
  readonly makesMissing: boolean;
}

/** For messages. */
export function wordsFor({ at, holders }: Pick<CircleParts, 'at' | 'holders'>): string {
  return `the ${holders.are === 'projects' ? 'project' : 'context'} ${holderOf(at)} on CircleCI`;
}

/** Throws `not-deliverable`. */
export async function look(parts: CircleParts, pair: Pair): Promise<readonly Variable[]> {
  const { at, api } = parts;
  try {
    const names = namesOf(at.pair);
    const found = await api.variables(names);
    const variables = found.map((variable, index) => {
      const name = names[index] ?? '';
      if (variable === undefined && !parts.makesMissing) throw missing(name, parts);
      return variable ?? { name, tail: undefined, stamp: '' };
    });
    refuseOtherKey(parts, variables, pair);
    return variables;
  } catch (thrown) {
    throw withRights(thrown, parts);
  }
}

/** The names of the variables that are made; their context, or project, has to exist. */
export async function missingNames(parts: CircleParts): Promise<readonly string[]> {
  const names = namesOf(parts.at.pair);
  try {
    const found = await parts.api.variables(names);
    return names.filter((_, index) => found[index] === undefined);
  } catch (thrown) {
    throw withRights(thrown, parts);
  }
}

/** The end of a key ID: placeholders, which people write in small letters, look otherwise. */
const ID_TAIL = /^[A-Z\d]{4}$/;

function refuseOtherKey(parts: CircleParts, [id]: readonly Variable[], pair: Pair): void {
  if (parts.at.pair.form === 'object') return;
  const tail = id?.tail?.reveal();
  if (tail === undefined || !ID_TAIL.test(tail)) return;
  const { oldKeyId } = parts.replaced;
  if (tail === tailOf(oldKeyId) || tail === tailOf(pair.keyId)) return;
  const name = parts.at.pair.id;
  throw new KeyturnError(
    'not-deliverable',
    `${name} of ${wordsFor(parts)} holds another key than ${oldKeyId}, and CircleCI does not show which`,
    {
      hint: `check the name: writing there would cut off whoever reads that key; if it is to hold this user's from now on, set ${name} to the word none there first`,
    },
  );
}

function missing(name: string, parts: CircleParts): KeyturnError {
  const { at, holders } = parts;
  const where = holders.are === 'projects' ? 'Project Settings' : 'Organization Settings, Contexts';
  return new KeyturnError(
    'not-deliverable',
    `there is no variable ${name} in ${wordsFor({ at, holders })}`,
    {
      cause: NO_SUCH_THING,
      hint: [
        bySetting(
          CREATE_MISSING,
          (how) =>
            `check the name, have it made with ${how}, or make it with the value none (${where})`,
        ),
      ],
    },
  );
}

/** The failure with what can be done about it. */
export function withRights(thrown: unknown, { at, holders }: CircleParts): unknown {
  if (!(thrown instanceof HttpFailure)) return thrown;
  if (thrown.status === 401) {
    return thrown.withHint(
      'the token is wrong, has expired or was revoked; it must be a personal one, because tokens of projects do not reach this API',
    );
  }
  if (thrown.status === 403 || thrown.status === 404) {
    return thrown.withHint(
      `check ${wordsFor({ at, holders })}: the owner of the token must be a member of its organization, and may write it`,
    );
  }
  return thrown;
}

/** Whether CircleCI shows the end of this value; undefined where it shows none. */
export function endsAs({ tail }: { readonly tail: Secret | undefined }, value: string) {
  return tail === undefined ? undefined : tail.reveal() === tailOf(value);
}
