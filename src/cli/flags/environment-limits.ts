// What an administrator fixes in the environment of a service, so that whoever calls it, a workflow
// or a program, cannot undo it with a flag.

import { KeyturnError } from '../../base/errors.ts';
import type { Hint } from '../../base/hint.ts';
import { quoted } from './argv.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const FORCE_DRY_RUN = 'KEYTURN_FORCE_DRY_RUN';
const REQUIRE_USER = 'KEYTURN_REQUIRE_USER';

const ACCEPT_VOLATILE_STATE = 'KEYTURN_ACCEPT_VOLATILE_STATE';

/** Whether the operator has accepted that the state directory does not last. Throws `bad-value`. */
export function isVolatileStateAccepted(env: Environment, flag: boolean | undefined): boolean {
  return flag ?? isSet(env, ACCEPT_VOLATILE_STATE);
}

/** Throws `bad-value`: a limit that cannot be read must not be taken for none. */
export function limitsOf(
  env: Environment,
  user: string | undefined,
  wayToName: Hint = 'name the IAM user with --user; without it the run would be about all users',
): { readonly isDryRunForced: boolean } {
  if (isSet(env, REQUIRE_USER) && user === undefined) {
    throw new KeyturnError('bad-value', `no user is named, and ${REQUIRE_USER}=true wants one`, {
      hint: wayToName,
    });
  }
  return { isDryRunForced: isSet(env, FORCE_DRY_RUN) };
}

/** For the report on bad input, where a value that cannot be read is no further error. */
export function isDryRunForced(env: Environment): boolean {
  return env[FORCE_DRY_RUN] === 'true';
}

function isSet(env: Environment, name: string): boolean {
  const text = env[name] ?? '';
  if (text === 'true') return true;
  if (text === '' || text === 'false') return false;
  throw new KeyturnError('bad-value', `${name} takes true or false, not ${quoted(text)}`, {
    hint: `set ${name}=true, or unset it`,
  });
}
