// Words for destinations, as the command line and the library take them.

import { KeyturnError } from '../base/errors.ts';
import { namedForm } from '../destinations/forms/forms.ts';
import type { DestinationKind } from '../destinations/kind.ts';
import {
  isApartByAccount,
  isApartByUser,
  kindNamed,
  type NamedPlace,
  OFFERED_KINDS,
  wordOf,
} from '../destinations/kinds.ts';
import { isPerUser, quotedPlace, SAMPLE_FACTS, templateFault } from '../destinations/place.ts';
import { holdsToken } from '../destinations/place-credentials.ts';
import type { DeliveryRequest } from './open-destinations.ts';
import { readForm } from './read-form.ts';

/**
 * Reads `KIND` or `KIND=NAME`. `label` is what the caller calls the setting. Throws `bad-value`.
 */
export function readDelivery(
  text: string,
  user: string | undefined,
  label: string,
): DeliveryRequest {
  if (holdsToken(text)) throw tokenInClear(label);
  const [word = '', ...rest] = text.split('=');
  const [name, ...formWords] = word.split(':');
  const kind = OFFERED_KINDS.find((each) => each.name === name);
  const template = rest.join('=');
  if (kind === undefined) throw badDelivery(label, text, 'is no destination');
  const { rule } = kind;
  const form = formWords.length === 0 ? undefined : readForm(formWords.join(':'), kind, label);
  const request = { kind: kind.name, template, ...(form !== undefined && { form }) };
  if (rule === undefined) {
    if (rest.length > 0) throw badDelivery(label, text, `has a name, and ${kind.name} takes none`);
    return request;
  }
  if (template === '') throw badDelivery(label, text, 'lacks its name');
  const named = form === undefined ? undefined : namedForm(form);
  const fault = templateFault(template, rule) ?? kind.formFault?.(template, named);
  if (fault !== undefined) {
    throw badDelivery(label, text, `does not fit: ${fault}`, kind);
  }
  const isOfAll = !isPerUser(template, rule) || !isApartByUser({ kind: kind.name, name: template });
  if (user === undefined && isOfAll) {
    throw new KeyturnError(
      'bad-value',
      `${label} ${quotedPlace(text)} would put the keys of all users into one place`,
      { hint: `put {user} into the name, such as ${kind.name}=${rule.example}, or name one user` },
    );
  }
  // A user who is known now is judged now: nothing is called for a name that cannot be.
  if (user !== undefined && !fitsUser(kind, template, user)) {
    const problem = `does not fit user ${user}: ${rule.noun} takes ${rule.takes}`;
    throw badDelivery(label, text, problem, kind);
  }
  return request;
}

/** Reads `KIND=PLACE`, where the key was delivered once: also of a kind that another version knows. */
export function readFormerPlace(text: string, label: string): NamedPlace {
  const [, kind, name] = /^([a-z][a-z\d-]*)=(.+)$/s.exec(text) ?? [];
  if (kind !== undefined && name !== undefined) return { kind, name };
  throw new KeyturnError('bad-value', `${label} ${quotedPlace(text)} names no place`, {
    hint: `it takes KIND=PLACE, such as secrets-manager=app/{user}, as the refusal prints it`,
  });
}

/** The text is not quoted: logs would keep the token. */
function tokenInClear(label: string): KeyturnError {
  return new KeyturnError('bad-value', `${label} holds a token in clear`, {
    hint: `others see it in the list of processes and in the history of the shell: take it out and revoke it, then name where it is, as \${env:NAME}, \${file:PATH} or \${command:PROGRAM ARG...}, or set the usual variable of the kind`,
  });
}

function fitsUser(kind: DestinationKind, template: string, user: string): boolean {
  try {
    kind.placeFor(template, { ...SAMPLE_FACTS, user });
    return true;
  } catch {
    return false;
  }
}

function badDelivery(
  label: string,
  text: string,
  problem: string,
  kind?: DestinationKind,
): KeyturnError {
  const message = `${label} ${quotedPlace(text)} ${problem}`;
  const { name, rule } = kind ?? {};
  if (rule === undefined) {
    const takes = OFFERED_KINDS.map(wordOf).join(', ');
    const hint = `it takes ${takes}, and {account} and {user} in a name`;
    return new KeyturnError('bad-value', message, { hint });
  }
  const sample = `it takes a name such as ${name}=${rule.example}, and {account} and {user} in it`;
  return new KeyturnError('bad-value', message, {
    // A kind whose places are more than a name has said itself what stands behind it.
    hint: text.includes('#') && rule.isWhole !== true ? `${sample}; ${FIELDS}` : sample,
  });
}

const FIELDS =
  'behind a name #id=FIELD,secret=FIELD, with a dot before the field of an inner object';

/**
 * For a run of several accounts: each may have a user of one name, and places outside of AWS are the same for
 * all of them. Throws `bad-value`.
 */
export function refuseSharedByAccounts(requests: readonly DeliveryRequest[], label: string): void {
  const shared = requests.find(
    ({ kind, template }) =>
      kindNamed(kind)?.rule !== undefined && !isApartByAccount({ kind, name: template }),
  );
  if (shared === undefined) return;
  const text = quotedPlace(`${shared.kind}=${shared.template}`);
  throw new KeyturnError(
    'bad-value',
    `${label} ${text} would put the keys of users of one name in several accounts into one place`,
    { hint: 'put {account} into the name, or name one account' },
  );
}

/** Throws `bad-value` when two of the requests are for one place. */
export function refuseTwice(requests: readonly DeliveryRequest[], label: string): void {
  const seen = new Set<string>();
  for (const { kind, template } of requests) {
    const text = kindNamed(kind)?.rule === undefined ? kind : `${kind}=${template}`;
    if (seen.has(text)) {
      throw new KeyturnError('bad-value', `${label} names ${text} twice`, {
        hint: 'keep one of them',
      });
    }
    seen.add(text);
  }
}
