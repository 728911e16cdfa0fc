// Words for destinations, as the command line and the library take them.

import { KeyturnError } from '../base/errors.ts';
import {
  DELIVERABLE_KINDS,
  type DeliverableKind,
  deliverRule,
} from '../destinations/deliverable.ts';
import { isPerUser, placeFor, templateFault } from '../destinations/place.ts';
import type { DeliveryRequest } from './open-destinations.ts';

/**
 * Reads `KIND` or `KIND=NAME`. `label` is what the caller calls the setting. Throws `bad-value`.
 */
export function readDelivery(
  text: string,
  user: string | undefined,
  label: string,
): DeliveryRequest {
  const [word = '', ...rest] = text.split('=');
  const kind = DELIVERABLE_KINDS.find((known) => known === word);
  const template = rest.join('=');
  if (kind === undefined) throw badDelivery(label, text, 'is no destination');
  const rule = deliverRule(kind);
  if (rule === undefined) {
    if (rest.length > 0) throw badDelivery(label, text, `has a name, and ${kind} takes none`);
    return { kind, template };
  }
  if (template === '') throw badDelivery(label, text, `lacks its name`);
  const fault = templateFault(template, rule);
  if (fault !== undefined) throw badDelivery(label, text, `does not fit: ${fault}`);
  if (user === undefined && !isPerUser(template)) {
    throw new KeyturnError(
      'bad-value',
      `${label} ${JSON.stringify(text)} would put the keys of all users into one place`,
      { hint: `put {user} into the name, such as ${kind}=${rule.example}, or name one user` },
    );
  }
  if (user !== undefined) refuseUser(label, text, template, user, kind);
  return { kind, template };
}

/** A user who is known now is judged now: nothing is called for a name that can not be. */
function refuseUser(
  label: string,
  text: string,
  template: string,
  user: string,
  kind: DeliverableKind,
): void {
  const rule = deliverRule(kind);
  if (rule === undefined) return;
  try {
    placeFor(template, { account: '123456789012', user }, rule);
  } catch {
    throw badDelivery(label, text, `does not fit user ${user}: ${rule.noun} takes ${rule.takes}`);
  }
}

function badDelivery(label: string, text: string, problem: string): KeyturnError {
  const takes = DELIVERABLE_KINDS.map((kind) =>
    deliverRule(kind) === undefined ? kind : `${kind}=NAME`,
  );
  return new KeyturnError('bad-value', `${label} ${JSON.stringify(text)} ${problem}`, {
    hint: `it takes ${takes.join(', ')}, and {account} and {user} in a name`,
  });
}

/** Throws `bad-value` when two of the requests are for one place. */
export function refuseTwice(requests: readonly DeliveryRequest[], label: string): void {
  const seen = new Set<string>();
  for (const { kind, template } of requests) {
    const text = template === '' || kind === 'handoff' ? kind : `${kind}=${template}`;
    if (seen.has(text)) {
      throw new KeyturnError('bad-value', `${label} names ${text} twice`, {
        hint: 'keep one of them',
      });
    }
    seen.add(text);
  }
}
