// CI/CD variables of GitLab as a destination. A variable is updated in place and read back; of a hidden one, which
// GitLab shows to nobody, a mark in its description tells which key the same write left there.

import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { looksLikeKeyId } from '../../base/key-id-text.ts';
import type { Secret } from '../../base/secret.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { DeliveryReceipt } from '../../lifecycle/record.ts';
import { type Destination, HELD, type Held } from '../destination.ts';
import { delivering, preparing } from '../failure.ts';
import { standIn } from '../look.ts';
import { makingVariables } from '../making-variables.ts';
import { pairOfValue } from '../one-value.ts';
import { heldAfterAll } from '../read-back.ts';
import type { Variable } from './api.ts';
import {
  type GitlabParts,
  look,
  makeVariable,
  marked,
  markIn,
  missingNames,
  namesIn,
  oneAt,
  type Planned,
  scopeOf,
  withRights,
  wordsFor,
} from './look.ts';
import { placeOfGitlab } from './place.ts';

export function gitlabDestination(parts: GitlabParts & { readonly clock: Clock }): Destination {
  const { at, owners, clock } = parts;
  const place = placeOfGitlab(at);
  return {
    kind: owners.kind,
    place,
    prepare: (key = standIn(parts.form)) =>
      preparing(async () => {
        for (const { variable } of await look(parts, key)) {
          if (variable.value === undefined) marked(variable, key.keyId, at);
        }
      }),
    deliver: (key) =>
      delivering(async () => {
        const planned = await look(parts, key);
        for (const each of planned) await write(parts, key, each);
        const isHidden = planned.some(({ variable }) => variable.value === undefined);
        const receipt: DeliveryReceipt = { kind: owners.kind, reference: place };
        return isHidden ? { ...receipt, proof: 'marker' } : receipt;
      }),
    holds: (keyId) => delivering(() => heldAfterAll(clock, () => held(parts, keyId))),
    isRead: (keyId) => delivering(() => isRead(parts, keyId)),
    textsRead: () => delivering(async () => (await readVariables(parts)).flatMap(shownIn)),
    ...(parts.makesMissing && {
      making: makingVariables({
        owner: at.scope === undefined ? at.path : `${at.path}@${at.scope}`,
        missing: () => missingNames(parts),
        make: (name) => makeVariable(parts, name),
        withRights: (thrown) => withRights(thrown, parts),
      }),
    }),
  };
}

/** What stands there already is not written again. */
async function write(
  { api, at, ...parts }: GitlabParts,
  { keyId }: IssuedKey,
  { variable, value }: Planned,
): Promise<void> {
  const isHidden = variable.value === undefined;
  if (!isHidden && variable.value?.reveal() === value.reveal()) return;
  const more = isHidden ? { description: marked(variable, keyId, at) } : {};
  try {
    const now = await api.update(variable, { value, ...more });
    // A GitLab without the licence for scopes of groups takes the parameter and ignores it.
    if (now.scope === variable.scope && now.traits === variable.traits) return;
  } catch (thrown) {
    throw withRights(thrown, { api, at, ...parts });
  }
  throw new KeyturnError(
    'delivery-failed',
    `GitLab answered with another scope or other settings of ${wordsFor(at, variable.name)} than it had`,
    { hint: 'check the variable: its scope, and whether it is protected, masked or a file' },
  );
}

async function readVariables(parts: GitlabParts): Promise<(Variable | undefined)[]> {
  const { api, at } = parts;
  try {
    const read = namesIn(at).map((name) => api.variable(name, scopeOf(at)));
    return await Promise.all(read);
  } catch (thrown) {
    throw withRights(thrown, parts);
  }
}

function shownIn(variable: Variable | undefined): Secret[] {
  return variable?.value === undefined ? [] : [variable.value];
}

async function held(parts: GitlabParts, keyId: IssuedKey['keyId']): Promise<Held | undefined> {
  const variables = await readVariables(parts);
  if (parts.at.pair.form === 'object') {
    const [variable] = variables;
    if (variable === undefined || keyInOne(parts, variable) !== keyId) return undefined;
    return variable.value === undefined ? HELD : { texts: [variable.value] };
  }
  const [secret, id] = variables;
  if (secret === undefined || id === undefined) return undefined;
  if (keyAt(id) !== keyId) return undefined;
  if (secret.value === undefined) return markIn(secret) === keyId ? HELD : undefined;
  const issued = await parts.custody.get(keyId);
  const isOther = issued !== undefined && secret.value.reveal().trim() !== issued.secret.reveal();
  if (isOther) return undefined;
  // With a hidden ID there is nothing in the texts that names the key, and the mark did.
  return { texts: [secret, id].flatMap(shownIn) };
}

/** The key of one variable that holds both halves. */
function keyInOne(parts: GitlabParts, variable: Variable): string | undefined {
  if (variable.value === undefined) return markIn(variable);
  return pairOfValue(variable.value.reveal(), oneAt(parts, variable.name))?.id;
}

function keyAt(variable: Variable): string | undefined {
  return variable.value === undefined ? markIn(variable) : variable.value.reveal().trim();
}

/** Whether the variables give the key to jobs. Throws where GitLab hides all that would tell. */
async function isRead(parts: GitlabParts, keyId: IssuedKey['keyId']): Promise<boolean> {
  const variables = (await readVariables(parts)).filter((each) => each !== undefined);
  if (variables.length === 0) return false;
  const isOne = parts.at.pair.form === 'object';
  const known = variables.map((each) =>
    isOne ? (keyInOne(parts, each) ?? each.value?.reveal()) : keyOrMarkIn(each),
  );
  if (known.some((text) => text?.includes(keyId))) return true;
  if (known.every((text) => text === undefined)) {
    throw new KeyturnError(
      'delivery-failed',
      `which key is in ${wordsFor(parts.at, namesIn(parts.at).join(' and '))} cannot be told: it is hidden`,
      { hint: 'keep the key ID in a variable that is not hidden: it is no secret' },
    );
  }
  return false;
}

/** Undefined where the variable shows neither. */
function keyOrMarkIn(variable: Variable): string | undefined {
  const text = variable.value?.reveal();
  if (text !== undefined) return looksLikeKeyId(text.trim()) || text.includes('{') ? text : '';
  return markIn(variable);
}
