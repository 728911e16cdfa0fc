// Where new secrets go, settled from --deliver and its companions before any call is made.

import { readFileSync } from 'node:fs';
import type { AccountSelection } from '../../app/choose-accounts.ts';
import type { DeliveryRequest } from '../../app/open-destinations.ts';
import { readDelivery, refuseSharedByAccounts, refuseTwice } from '../../app/read-delivery.ts';
import { KeyturnError } from '../../base/errors.ts';
import { handoff } from '../../destinations/handoff/index.ts';
import { placeOfRecipients } from '../../destinations/handoff/recipients.ts';
import type { NewPlaces } from '../../destinations/kind.ts';
import { KINDS, makesPlaces, printsSecret, takesTags } from '../../destinations/kinds.ts';
import { stdout } from '../../destinations/stdout/index.ts';

const LABEL = '--deliver';
const MADE = KINDS.filter((kind) => kind.makesPlaces).map(({ name }) => name);

export interface DeliverValues {
  readonly deliver: readonly string[] | undefined;
  readonly handoffRecipient: readonly string[] | undefined;
  /** Absolute path. */
  readonly recipientsFile: string | undefined;
  readonly user: string | undefined;
  /** Undefined for the caller's own account alone. */
  readonly accounts: AccountSelection | undefined;
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
  refuseTwice(requests, LABEL);
  if (isOfSeveral(values.accounts)) refuseSharedByAccounts(requests, LABEL);
  refuseWrongOutput(requests, values.outputFormat, recipients);
  return { deliver: requests, isDeliverGiven: values.deliver !== undefined, recipients };
}

function isOfSeveral(accounts: AccountSelection | undefined): boolean {
  if (accounts === undefined) return false;
  return accounts.named === undefined || accounts.named.length > 1;
}

function requestsOf(
  { deliver, outputFormat, user }: DeliverValues,
  recipients: readonly string[],
): [DeliveryRequest, ...DeliveryRequest[]] {
  const isSealed = recipients.length > 0;
  const fallback = outputFormat === 'json' && !isSealed ? stdout.name : handoff.name;
  const [first = fallback, ...others] = deliver ?? [];
  const read = (text: string) => withRecipients(readDelivery(text, user, LABEL), recipients);
  return [read(first), ...others.map(read)];
}

function withRecipients(request: DeliveryRequest, recipients: readonly string[]): DeliveryRequest {
  if (request.kind !== handoff.name) return request;
  return { kind: request.kind, template: placeOfRecipients(recipients) };
}

function refuseWrongOutput(
  requests: readonly DeliveryRequest[],
  outputFormat: 'json' | 'text',
  recipients: readonly string[],
): void {
  const isPrinted = requests.some(({ kind }) => printsSecret(kind));
  const isHandedOff = requests.some(({ kind }) => kind === handoff.name);
  if (isPrinted && outputFormat === 'text') {
    throw new KeyturnError(
      'conflicting-flags',
      '--deliver stdout prints secrets, and with text output they would stand on a terminal',
      { hint: 'add --output-format json, or use --deliver handoff' },
    );
  }
  if (isPrinted && recipients.length > 0) {
    throw new KeyturnError(
      'conflicting-flags',
      '--deliver stdout prints the secret that --handoff-recipient is to encrypt',
      { hint: 'keep one of the two' },
    );
  }
  if (!isHandedOff && recipients.length > 0) {
    throw new KeyturnError(
      'conflicting-flags',
      '--handoff-recipient has no effect: with these destinations no hand-off file stays',
      { hint: 'add handoff to --deliver, or leave the recipients out' },
    );
  }
}

interface NewPlaceValues {
  readonly createMissing: boolean | undefined;
  readonly createKmsKey: string | undefined;
  readonly createTags: readonly (readonly [key: string, value: string])[] | undefined;
}

/** How places are made that do not exist; undefined where none is. Throws `conflicting-flags`. */
export function newPlacesAsked({
  createMissing = false,
  createKmsKey,
  createTags = [],
}: NewPlaceValues): NewPlaces | undefined {
  const tags = Object.fromEntries(createTags);
  if (createMissing) return { ...(createKmsKey !== undefined && { kmsKey: createKmsKey }), tags };
  const idle = idleFlag({ createKmsKey, createTags });
  if (idle === undefined) return undefined;
  throw new KeyturnError('conflicting-flags', `${idle} has no effect without --create-missing`, {
    hint: `add --create-missing, or leave ${idle} out`,
  });
}

/** Of the flags that say more about a place that is made, the first that is given. */
function idleFlag({ createKmsKey, createTags = [] }: Omit<NewPlaceValues, 'createMissing'>) {
  if (createKmsKey !== undefined) return '--create-kms-key';
  return createTags.length === 0 ? undefined : '--create-tags';
}

/** The same for the places of a run. */
export function newPlacesOf(
  values: NewPlaceValues & { readonly retire: string | undefined },
  requests: readonly DeliveryRequest[],
): NewPlaces | undefined {
  const asked = newPlacesAsked(values);
  if (asked === undefined) return undefined;
  const { retire } = values;
  const idle = idleFlag(values);
  if (!requests.some(({ kind }) => makesPlaces(kind))) {
    throw new KeyturnError(
      'conflicting-flags',
      `--create-missing has nothing to make: no place is delivered to that can be made (${MADE.join(', ')})`,
      { hint: `name one, for example ${LABEL} secrets-manager=app/{user}` },
    );
  }
  if (idle !== undefined && !requests.some(({ kind }) => takesTags(kind))) {
    throw new KeyturnError(
      'conflicting-flags',
      `${idle} has no effect: no secret and no parameter is delivered to`,
      { hint: `leave ${idle} out` },
    );
  }
  if (retire === 'now') {
    throw new KeyturnError(
      'conflicting-flags',
      '--retire now would cut off whatever uses the old key: nobody reads a place that --create-missing has just made',
      {
        hint: 'make the places in a run without --retire now, and point to them what uses the keys',
      },
    );
  }
  return asked;
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
      `--handoff-recipients-file ${path} cannot be read: ${code}`,
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
