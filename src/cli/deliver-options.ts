// Where new secrets go, settled from --deliver and its companions before any call is made.

import { readFileSync } from 'node:fs';
import type { DeliveryRequest } from '../app/open-destinations.ts';
import { KeyturnError } from '../base/errors.ts';
import {
  DELIVERABLE_KINDS,
  type DeliverableKind,
  deliverRule,
} from '../destinations/deliverable.ts';
import { isPerUser, placeFor, placeOfRecipients, templateFault } from '../destinations/place.ts';
import { quoted } from './argv.ts';

export interface DeliverValues {
  readonly deliver: readonly string[] | undefined;
  readonly handoffRecipient: readonly string[] | undefined;
  /** Absolute path. */
  readonly recipientsFile: string | undefined;
  readonly user: string | undefined;
  readonly outputFormat: 'json' | 'text';
}

export interface Deliveries {
  readonly deliver: readonly [DeliveryRequest, ...DeliveryRequest[]];
  /** Whether the operator named the places, so that none is only a default (I7). */
  readonly isDeliverGiven: boolean;
  /** age recipients of the hand-off; none leaves it plain. */
  readonly recipients: readonly string[];
}

/** Throws `bad-value` and `conflicting-flags`. */
export function resolveDeliveries(values: DeliverValues): Deliveries {
  const recipients = [...(values.handoffRecipient ?? []), ...recipientsIn(values.recipientsFile)];
  const [first, ...others] = requestsOf(values, recipients);
  const requests = [first, ...others] as const;
  refuseTwice(requests);
  refuseWrongOutput(requests, values.outputFormat, recipients);
  return { deliver: requests, isDeliverGiven: values.deliver !== undefined, recipients };
}

function requestsOf(
  { deliver, outputFormat, user }: DeliverValues,
  recipients: readonly string[],
): [DeliveryRequest, ...DeliveryRequest[]] {
  const isSealed = recipients.length > 0;
  const fallback = outputFormat === 'json' && !isSealed ? 'stdout' : 'handoff';
  const [first = fallback, ...others] = deliver ?? [];
  const read = (text: string) => withRecipients(readRequest(text, user), recipients);
  return [read(first), ...others.map(read)];
}

function withRecipients(request: DeliveryRequest, recipients: readonly string[]): DeliveryRequest {
  if (request.kind !== 'handoff') return request;
  return { kind: 'handoff', template: placeOfRecipients(recipients) };
}

function readRequest(text: string, user: string | undefined): DeliveryRequest {
  const [word = '', ...rest] = text.split('=');
  const kind = DELIVERABLE_KINDS.find((known) => known === word);
  const template = rest.join('=');
  if (kind === undefined) throw badDelivery(text, 'is no destination');
  const rule = deliverRule(kind);
  if (rule === undefined) {
    if (rest.length > 0) throw badDelivery(text, `has a name, and ${kind} takes none`);
    return { kind, template };
  }
  if (template === '') throw badDelivery(text, `lacks its name`);
  const fault = templateFault(template, rule);
  if (fault !== undefined) throw badDelivery(text, `does not fit: ${fault}`);
  if (user === undefined && !isPerUser(template)) {
    throw new KeyturnError(
      'bad-value',
      `--deliver ${quoted(text)} would put the keys of all users into one place`,
      { hint: `put {user} into the name, such as ${kind}=${rule.example}, or name one --user` },
    );
  }
  if (user !== undefined) refuseUser(text, template, user, kind);
  return { kind, template };
}

/** A user who is known now is judged now: nothing is called for a name that can not be. */
function refuseUser(text: string, template: string, user: string, kind: DeliverableKind): void {
  const rule = deliverRule(kind);
  if (rule === undefined) return;
  try {
    placeFor(template, { account: '123456789012', user }, rule);
  } catch {
    throw badDelivery(text, `does not fit user ${user}: ${rule.noun} takes ${rule.takes}`);
  }
}

function badDelivery(text: string, problem: string): KeyturnError {
  const takes = DELIVERABLE_KINDS.map((kind) =>
    deliverRule(kind) === undefined ? kind : `${kind}=NAME`,
  );
  return new KeyturnError('bad-value', `--deliver ${quoted(text)} ${problem}`, {
    hint: `it takes ${takes.join(', ')}, and {account} and {user} in a name`,
  });
}

function refuseTwice(requests: readonly DeliveryRequest[]): void {
  const seen = new Set<string>();
  for (const { kind, template } of requests) {
    const text = template === '' || kind === 'handoff' ? kind : `${kind}=${template}`;
    if (seen.has(text)) {
      throw new KeyturnError('bad-value', `--deliver names ${text} twice`, {
        hint: 'keep one of them',
      });
    }
    seen.add(text);
  }
}

function refuseWrongOutput(
  requests: readonly DeliveryRequest[],
  outputFormat: 'json' | 'text',
  recipients: readonly string[],
): void {
  const has = (wanted: DeliverableKind) => requests.some(({ kind }) => kind === wanted);
  if (has('stdout') && outputFormat === 'text') {
    throw new KeyturnError(
      'conflicting-flags',
      '--deliver stdout prints secrets, and with text output they would stand on a terminal',
      { hint: 'add --output-format json, or use --deliver handoff' },
    );
  }
  if (has('stdout') && recipients.length > 0) {
    throw new KeyturnError(
      'conflicting-flags',
      '--deliver stdout prints the secret that --handoff-recipient is to encrypt',
      { hint: 'keep one of the two' },
    );
  }
  if (!has('handoff') && recipients.length > 0) {
    throw new KeyturnError(
      'conflicting-flags',
      '--handoff-recipient has no effect: with these destinations no hand-off file stays',
      { hint: 'add handoff to --deliver, or leave the recipients out' },
    );
  }
}

/** As age reads them: one a line; empty lines and those that begin with # do not count. */
function recipientsIn(path: string | undefined): string[] {
  if (path === undefined) return [];
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    const { code = 'unknown' } = thrown as NodeJS.ErrnoException;
    throw new KeyturnError(
      'bad-value',
      `--handoff-recipients-file ${path} can not be read: ${code}`,
      {
        hint: 'name a file with one age recipient a line',
      },
    );
  }
  const lines = text.split('\n').map((line) => line.trim());
  const recipients = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (recipients.length > 0) return recipients;
  throw new KeyturnError('bad-value', `--handoff-recipients-file ${path} has no recipient`, {
    hint: 'write one age recipient a line',
  });
}
