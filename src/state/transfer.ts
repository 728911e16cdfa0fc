// Copies an account from one store to another, whatever the two are, and proves that it is the same there.

import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { COPIED, decided, recordHash } from '../lifecycle/trail/fact.ts';
import { chain, headAfter, soundLine } from '../lifecycle/trail/line.ts';
import { encodeSights } from './sightings-codec.ts';
import type { AccountDump, StateStore } from './state-store.ts';

export interface Transferred {
  readonly records: number;
  readonly secrets: number;
}

/** From where to where. */
export interface Ways {
  readonly from: StateStore;
  readonly to: StateStore;
  readonly clock: Clock;
}

/** Throws `rotation-in-progress`, `state-not-empty`, and `state-dir` when the copy is not the same. */
export async function transferAccount(
  account: string,
  { from, to, clock }: Ways,
): Promise<Transferred> {
  const dump = withCopied(await from.dump(account), { run: from.run, at: clock.now() });
  await to.load(account, dump);
  const copy = await to.dump(account);
  const part = differingPart(dump, copy);
  if (part === undefined) {
    return { records: dump.records.length, secrets: dump.secrets.length + dump.sealed.length };
  }
  throw new KeyturnError(
    'state-dir',
    `the ${part} of account ${account} are not the same in ${to.where}`,
    {
      hint: `nothing was changed in ${from.where}: go on with that, and copy to another place`,
    },
  );
}

/** The trail goes on at the new place, and says so: of two that go on, the one without that line is the old one. */
function withCopied(
  dump: AccountDump,
  { run, at }: { readonly run: string; readonly at: Date },
): AccountDump {
  const last = dump.trail.at(-1);
  const line = last === undefined ? undefined : soundLine(last);
  if (line === undefined) return dump;
  const record = dump.records.at(-1);
  const copied = decided(
    {
      ...{ step: COPIED, at, detail: { records: dump.records.length } },
      ...{ reason: 'the state of the account was copied to another place' },
      record: record === undefined ? undefined : recordHash(record),
    },
    { run, who: undefined },
  );
  return { ...dump, trail: [...dump.trail, chain(headAfter(line), copied).text] };
}

/** Undefined where both are the same. */
export function differingPart(one: AccountDump, other: AccountDump): string | undefined {
  const parts: Readonly<Record<string, (dump: AccountDump) => string>> = {
    records: ({ records }) => JSON.stringify(records),
    // Compared, and never told (I8).
    secrets: ({ secrets }) =>
      sorted(
        secrets.map(({ account, user, keyId, secret, rotation, createdAt }) =>
          JSON.stringify([account, user, keyId, secret.reveal(), rotation, createdAt]),
        ),
      ),
    'condemned keys': ({ condemned }) => sorted(condemned),
    'encrypted secrets': ({ sealed }) =>
      sorted(sealed.map(({ keyId, bytes }) => `${keyId} ${bytes.toString('base64')}`)),
    'audit trail': ({ trail }) => trail.join('\n'),
    sightings: ({ sights }) => JSON.stringify(encodeSights(sights, new Date(0))),
  };
  return Object.keys(parts).find((part) => parts[part]?.(one) !== parts[part]?.(other));
}

function sorted(texts: readonly string[]): string {
  return texts.toSorted().join('\n');
}

export function notEmpty(account: string, where: string): KeyturnError {
  return new KeyturnError(
    'state-not-empty',
    `something is kept of account ${account} in ${where}`,
    {
      hint: 'copy to a place where nothing is: two journals of one account cannot be made one',
    },
  );
}
