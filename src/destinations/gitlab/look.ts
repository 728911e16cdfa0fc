// A look at the variables before they are written (I14): are they there, whose key do they hold as far as GitLab
// shows it, would GitLab take the new values. Throws `not-deliverable`.

import { accessKeyId, isAccessKeyId } from '../../base/access-key-id.ts';
import { NO_SUCH_THING } from '../../base/aws-stores.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { looksLikeKeyId } from '../../base/key-id-text.ts';
import { Secret } from '../../base/secret.ts';
import { bySetting, CREATE_MISSING, deliveringTo } from '../../base/settings-words.ts';
import { HttpFailure } from '../../http/failure.ts';
import type { Form } from '../forms/form.ts';
import { editedHalves } from '../halves.ts';
import type { Custody } from '../kind.ts';
import { type ObjectInPlace, type Pair, type ReplacedKey, refuseForeignKey } from '../look.ts';
import { PLACEHOLDER } from '../making-variables.ts';
import { editedValue, newValue, onePlace } from '../one-value.ts';
import type { GitlabApi, Variable } from './api.ts';
import { EVERYWHERE, type GitlabPlace, type Owners, placeOfGitlab } from './place.ts';

export interface GitlabParts {
  readonly at: GitlabPlace;
  readonly owners: Owners;
  readonly api: GitlabApi;
  readonly replaced: ReplacedKey;
  readonly custody: Pick<Custody, 'get'>;
  readonly form: Form | undefined;
  /** Whether what does not exist is made before the key is: it reads as a placeholder then. */
  readonly makesMissing: boolean;
}

export interface Planned {
  readonly variable: Variable;
  readonly value: Secret;
}

export async function look(parts: GitlabParts, pair: Pair): Promise<readonly Planned[]> {
  try {
    await refuseReadOnlyToken(parts);
    const variables: Variable[] = [];
    for (const name of namesIn(parts.at)) variables.push(await variableOf(parts, name));
    const values = await valuesFor(parts, variables, pair);
    return variables.map((variable, index) => {
      const value = new Secret(values[index] ?? '');
      refuseUnmaskable(variable, value, parts.at);
      return { variable, value };
    });
  } catch (thrown) {
    throw withRights(thrown, parts);
  }
}

/** The secret first: it is written first. */
export function namesIn({ pair }: GitlabPlace): readonly string[] {
  return pair.form === 'object' ? [pair.name] : [pair.secret, pair.id];
}

export function scopeOf({ scope }: GitlabPlace): string {
  return scope ?? EVERYWHERE;
}

export function wordsFor(at: GitlabPlace, name: string): string {
  const scope = at.scope === undefined ? '' : `, scope ${at.scope},`;
  return `the variable ${name}${scope} of ${at.path} on GitLab`;
}

/** What the variables would hold, in the order of `namesIn`. */
async function valuesFor(
  parts: GitlabParts,
  [first, second]: readonly Variable[],
  pair: Pair,
): Promise<readonly string[]> {
  const { at, replaced, form } = parts;
  if (at.pair.form === 'object') {
    const place = oneAt(parts, at.pair.name);
    if (first?.value !== undefined) {
      return [await editedValue(first.value.reveal(), place, { pair, replaced })];
    }
    if (form?.isWhole !== true) throw hiddenObject(place.where);
    await refuseForeignKey(markIn(first), place.where, { pair, replaced });
    return [newValue(pair, form)];
  }
  const [secret, id] = [first, second];
  const idWhere = wordsFor(at, at.pair.id);
  const secretWhere = wordsFor(at, at.pair.secret);
  const before = { id: id?.value?.reveal(), secret: secret?.value?.reveal() };
  if (before.id !== undefined && before.secret !== undefined) {
    const halves = { id: before.id, secret: before.secret };
    const edited = await editedHalves(halves, { idWhere, secretWhere, form }, { pair, replaced });
    return [edited.secret, edited.id];
  }
  // What is hidden can be told by the mark that we left there, and else by nobody.
  const known = before.id?.trim() ?? markIn(id) ?? markIn(secret);
  await refuseForeignKey(known, idWhere, { pair, replaced });
  if (before.id !== undefined && before.id.trim() !== '' && !looksLikeKeyId(before.id.trim())) {
    throw noKeyId(idWhere);
  }
  return [pair.secret.reveal(), pair.keyId];
}

/** Of one variable that holds both halves. */
export function oneAt({ at, owners, form }: GitlabParts, name: string): ObjectInPlace {
  const deliverAs = `${owners.kind}=${placeOfGitlab(at)}`;
  return onePlace({ where: wordsFor(at, name), deliverAs }, form);
}

const MARK = / ?\[keyturn (A[A-Z\d]{15,127})\]$/;
const DESCRIPTION_LENGTH_MAX = 255;

/** The key that the description says we wrote there. */
export function markIn(variable: Variable | undefined) {
  const [, id = ''] = MARK.exec(variable?.description ?? '') ?? [];
  return isAccessKeyId(id) ? accessKeyId(id) : undefined;
}

/** The operator's words stay before the mark. Throws where both do not fit. */
export function marked({ name, description }: Variable, keyId: string, at: GitlabPlace): string {
  const own = description.replace(MARK, '');
  const text = `${own}${own === '' ? '' : ' '}[keyturn ${keyId}]`;
  if (text.length <= DESCRIPTION_LENGTH_MAX) return text;
  throw new KeyturnError(
    'not-deliverable',
    `the description of ${wordsFor(at, name)} has no room for the ID of the key`,
    { hint: 'shorten it: a hidden variable shows nothing else of what it holds' },
  );
}

/** The names of those that are made: nobody has such a variable, with any scope that could be meant. */
export async function missingNames(parts: GitlabParts): Promise<readonly string[]> {
  const { at, api } = parts;
  try {
    const names: string[] = [];
    for (const name of namesIn(at)) {
      const isThere = (await api.variable(name, scopeOf(at))) !== undefined;
      if (!isThere && isToBeMade(parts, await api.scopesOf(name))) names.push(name);
    }
    return names;
  } catch (thrown) {
    throw withRights(thrown, parts);
  }
}

/** Beside one with another scope a variable is made only where the operator names its own. */
function isToBeMade({ at, makesMissing }: GitlabParts, scopes: readonly string[]): boolean {
  return makesMissing && (scopes.length === 0 || at.scope !== undefined);
}

export async function makeVariable({ at, api }: GitlabParts, name: string): Promise<void> {
  const { value, isMasked, scope } = emptyVariable(at, name);
  await api.create({ name, scope }, { value: value.reveal(), masked: isMasked });
}

async function variableOf(parts: GitlabParts, name: string): Promise<Variable> {
  const { at, owners, api } = parts;
  const found = await api.variable(name, scopeOf(at));
  const isAmbiguous = found !== undefined && at.scope === undefined && (await api.hasSeveral(name));
  if (found !== undefined && !isAmbiguous) return found;
  const scopes = await api.scopesOf(name);
  if (found === undefined && isToBeMade(parts, scopes)) {
    const group = await api.inheritedFrom(name);
    if (group !== undefined) throw hidesInherited(name, group, parts);
    return emptyVariable(at, name);
  }
  const commands = scopes.map((scope) =>
    deliveringTo(`${owners.kind}=${placeOfGitlab({ ...at, scope })}`),
  );
  if (isAmbiguous) {
    throw new KeyturnError(
      'not-deliverable',
      `${at.path} on GitLab has ${name} with several scopes, and each has readers of its own`,
      { hint: ["name the scope, and the others too where they are this user's:", ...commands] },
    );
  }
  const missing = `${wordsFor(at, name)} does not exist`;
  if (commands.length > 0) {
    throw new KeyturnError('not-deliverable', `${missing}; it is there with another scope`, {
      hint: ['name the scope:', ...commands],
    });
  }
  const owner = owners.are === 'projects' ? ['--repo', at.path] : ['--group', at.path];
  const scope = at.scope === undefined ? [] : ['--scope', at.scope];
  throw new KeyturnError('not-deliverable', missing, {
    cause: NO_SUCH_THING,
    hint: [
      bySetting(
        CREATE_MISSING,
        (how) =>
          `check the name, or have it made with ${how}; by hand, --masked keeps it out of logs:`,
      ),
      command('glab', 'variable', 'set', name, 'placeholder', '--masked', ...scope, ...owner),
    ],
  });
}

/** Jobs read the one of the group now, and would be left with what is put here. */
function hidesInherited(name: string, group: string, { at }: GitlabParts): KeyturnError {
  return new KeyturnError(
    'not-deliverable',
    `${wordsFor(at, name)} does not exist, and would hide the one of the group ${group} from its jobs`,
    {
      hint: [
        'deliver to that one, or make the variable by hand where it is to differ:',
        deliveringTo(`gitlab-group=${placeOfGitlab({ ...at, path: group, scope: undefined })}`),
      ],
    },
  );
}

/** What one that is made is looked at as. GitLab masks no value with braces, quotes, spaces or line ends. */
function emptyVariable(at: GitlabPlace, name: string) {
  const isOne = at.pair.form === 'object';
  const value = new Secret(isOne ? '{}' : PLACEHOLDER);
  const about = { description: '', scope: scopeOf(at), traits: '' };
  return { name, value, isMasked: !isOne, ...about };
}

/** GitLab's rule for masked values (app/models/concerns/ci/maskable.rb): key IDs and secrets fit it. */
const MASKABLE = /^[\w+=/@:.~-]{8,}$/;

function refuseUnmaskable({ name, isMasked }: Variable, value: Secret, at: GitlabPlace): void {
  if (!isMasked || MASKABLE.test(value.reveal())) return;
  throw new KeyturnError(
    'not-deliverable',
    `${wordsFor(at, name)} is masked, and GitLab masks no value with braces, quotes or spaces`,
    {
      hint: 'use two variables, one for each half, which GitLab masks, or a form with +base64 behind its name; or take the mask off and keep the value out of logs yourself',
    },
  );
}

function hiddenObject(where: string): KeyturnError {
  return new KeyturnError('not-deliverable', `${where} is hidden, so its JSON cannot be edited`, {
    hint: 'use two variables, one for each half, or a form of both such as aws-credentials-ini+base64; these may be hidden',
  });
}

function noKeyId(where: string): KeyturnError {
  return new KeyturnError('not-deliverable', `${where} holds something else than a key ID`, {
    hint: 'name the variable with the key ID first, then the one with the secret',
  });
}

/** All scopes of GitLab's classic tokens that write nothing by the API; a fine-grained token has others. */
const READ_ONLY = new Set(['read_api', 'read_user', 'read_repository', 'write_repository']);

async function refuseReadOnlyToken({ api }: GitlabParts): Promise<void> {
  const scopes = await api.tokenScopes().catch((thrown: unknown) => {
    if (thrown instanceof HttpFailure && thrown.status !== 401) return undefined;
    throw thrown;
  });
  if (scopes === undefined || scopes.length === 0) return;
  if (!scopes.every((scope) => READ_ONLY.has(scope))) return;
  throw new KeyturnError(
    'not-deliverable',
    `the token for GitLab may not write variables: it has the scopes ${scopes.join(', ')}`,
    { hint: 'it needs the scope api' },
  );
}

/** The failure with what the call wants. */
export function withRights(thrown: unknown, { at, owners }: GitlabParts): unknown {
  if (!(thrown instanceof HttpFailure)) return thrown;
  const role = owners.are === 'projects' ? 'Maintainer of the project' : 'Owner of the group';
  if (thrown.status === 401) {
    return thrown.withHint('the token is wrong, has expired or was revoked: make a new one');
  }
  if (thrown.status === 403) {
    return thrown.withHint(`the token needs the scope api and the role ${role}`);
  }
  if (thrown.status === 404) {
    return thrown.withHint(
      `check ${at.path}: it does not exist, or the token does not see it; it needs the role ${role}`,
    );
  }
  return thrown;
}
