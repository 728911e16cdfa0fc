// The secrets of new keys in the table, sealed before they leave this process. What is kept of a key is a
// register: nothing, then held, then removed; or nothing, and condemned for ever. A stone stays where a
// secret was, so that a late copy of a request cannot bring it back.

import { type AccessKeyId, accessKeyId } from '../../base/access-key-id.ts';
import type { TableItem, TableWrite } from '../../base/aws-tables.ts';
import { assert, KeyturnError } from '../../base/errors.ts';
import { newId } from '../../base/new-id.ts';
import type { Secret } from '../../base/secret.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { Custody, HeldKey } from '../state-store.ts';
import type { Box, BoxedKey, Sealed } from './box.ts';
import { type Claim, lost } from './claim.ts';
import { readHistory } from './journal.ts';
import { partitionOf, SEALED, SECRETS, sealedKey, secretKey } from './keys.ts';
import { type Doing, inWordsOf, type Table } from './table.ts';

export interface TableCustodyParts {
  readonly table: Table;
  readonly account: string;
  readonly box: Box;
  /** That of this process on the user, while it works on them. */
  readonly claimOf: (user: string) => Claim | undefined;
  /** Secrets that this process has in its hands anyway, with what is kept of each. */
  readonly known: Map<AccessKeyId, { readonly ct: Uint8Array; readonly secret: Secret }>;
  /** Throws `state-dir` for an account that was opened for reading only. */
  readonly demandWritable: () => void;
}

/** No request of a process that sleeps comes later; after that the stone is of no use. */
const STONE_DAYS = 30;

export function tableCustody(parts: TableCustodyParts): Custody {
  const { table, account, box } = parts;
  const { custodyName } = table;
  // As a path, since whoever tells of several names what they have in common once.
  const describe = (keyId: AccessKeyId) =>
    `dynamodb:${custodyName}/${account}/${accessKeyId(keyId)}`;
  const itemOf = async (keyId: AccessKeyId, doing: Doing) =>
    await table.get(custodyName, secretKey(account, keyId), doing);
  return {
    prepare: async (user, rotation) => {
      parts.demandWritable();
      await inWordsOf(SEALING, () => box.prepare({ account, user, rotation }));
    },
    put: (entry) => put(entry, parts),
    get: async (keyId) => {
      const item = await itemOf(keyId, reading(keyId));
      return item?.state === 'held' ? await entryIn(item, keyId, parts) : undefined;
    },
    list: () => listed(SECRETS, parts),
    remove: (keyId, user) => remove(keyId, user, parts),
    condemn: (keyId, user) => condemn(keyId, user, parts),
    describe,
    sealed: {
      put: async (keyId, sealed) => {
        parts.demandWritable();
        const { user } = (await itemOf(keyId, writing(keyId))) ?? {};
        const item = {
          ...sealedKey(account, keyId),
          ...{ state: 'held', data: sealed },
          ...(user !== undefined && { user }),
        };
        await table.write([{ kind: 'put', table: custodyName, item }], writing(keyId));
      },
      get: async (keyId) => {
        const item = await table.get(custodyName, sealedKey(account, keyId), reading(keyId));
        if (item === undefined) return undefined;
        if (item.data instanceof Uint8Array) return Buffer.from(item.data);
        throw damaged(keyId, parts);
      },
      list: () => listed(SEALED, parts),
      describe: (keyId) => `${describe(keyId)}.age`,
    },
  };
}

/** The keys whose secrets are kept, or that are condemned. Throws `state-dir` when that cannot be read (I11). */
export async function heldItems(
  prefix: string,
  { table, account }: Pick<TableCustodyParts, 'table' | 'account'>,
  state: 'held' | 'condemned' = 'held',
): Promise<ReadonlyMap<AccessKeyId, string | undefined>> {
  const items = await table.query(
    {
      table: table.custodyName,
      pk: partitionOf(account),
      prefix,
      filter: '#state = :wanted',
      values: { wanted: state },
      only: ['sk', 'state', 'user'],
    },
    { code: 'state-dir', what: `the secrets in ${table.custodyName} cannot be listed` },
  );
  return new Map(
    items.map(({ sk, user }) => [
      accessKeyId(String(sk).slice(prefix.length)),
      typeof user === 'string' ? user : undefined,
    ]),
  );
}

/** With the users of whom the journal tells that the key was made for them. */
async function listed(prefix: string, parts: TableCustodyParts): Promise<readonly HeldKey[]> {
  const held = await heldItems(prefix, parts).catch(() => new Map<AccessKeyId, undefined>());
  const found: HeldKey[] = [];
  for (const [keyId, user] of [...held].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const history =
      user === undefined ? undefined : await readHistory(parts.table, parts.account, user);
    found.push({ keyId, user: history?.rotationThatMade(keyId)?.user });
  }
  return found;
}

/** Not on the claim: a secret in hand is always taken, unless its key was condemned. */
async function put(entry: IssuedKey, parts: TableCustodyParts): Promise<void> {
  const { table, account, box } = parts;
  const { keyId, user, rotation, secret, createdAt } = entry;
  assert(entry.account === account, 'a hand-off entry is of another account');
  parts.demandWritable();
  const { ct, iv, dk } = await inWordsOf(SEALING, () => box.seal(entry, secret));
  const w = newId();
  const set = ['state', 'user', 'rotation', 'created', 'ct', 'iv', 'dk'];
  const written = await table.write(
    [
      {
        kind: 'update',
        table: table.custodyName,
        key: secretKey(account, keyId),
        update: `SET ${set.map((name) => `#${name} = :${name}`).join(', ')} REMOVE #ttl ADD #ws :ws`,
        // Not by a late copy of a request that was carried out before.
        condition:
          'attribute_not_exists(#state) OR (#state <> :condemned AND NOT contains(#ws, :w))',
        values: {
          ...{ state: 'held', user, rotation, created: createdAt.toISOString(), ct, iv, dk },
          ...{ condemned: 'condemned', w, ws: new Set([w]) },
        },
      },
    ],
    writing(keyId),
    w,
  );
  const found = written.kind === 'done' ? undefined : written.failed[0]?.found;
  if (found?.state !== 'condemned') {
    parts.known.set(keyId, { ct, secret });
    return;
  }
  throw new KeyturnError(
    'key-condemned',
    `${table.custodyName} says that nobody has the secret of ${keyId}`,
    { hint: 'another run took this one for dead and is removing its key; run again' },
  );
}

async function remove(keyId: AccessKeyId, user: string, parts: TableCustodyParts): Promise<void> {
  const { table, account } = parts;
  parts.demandWritable();
  parts.known.delete(keyId);
  const doing: Doing = {
    code: 'handoff-failed',
    what: `the secret of ${keyId} in ${table.custodyName} cannot be removed`,
  };
  // Refused where it was removed already, or never kept.
  await fenced(parts, user, {
    doing,
    write: {
      kind: 'update',
      table: table.custodyName,
      key: secretKey(account, keyId),
      update: 'SET #state = :removed, #ttl = :ttl REMOVE #ct, #iv, #dk',
      condition: '#state = :held',
      values: { removed: 'removed', held: 'held', ttl: stoneUntil(table) },
    },
  });
}

async function condemn(
  keyId: AccessKeyId,
  user: string,
  parts: TableCustodyParts,
): Promise<boolean> {
  const { table, account } = parts;
  parts.demandWritable();
  const found = await fenced(parts, user, {
    doing: writing(keyId),
    write: {
      kind: 'put',
      table: table.custodyName,
      item: { ...secretKey(account, keyId), state: 'condemned', ttl: stoneUntil(table) },
      condition: 'attribute_not_exists(#state) OR #state <> :held',
      values: { held: 'held' },
    },
  });
  return found === undefined;
}

interface Fenced {
  readonly write: TableWrite;
  readonly doing: Doing;
}

/**
 * Together with the look at the claim, where this process works on the user: one that was taken over changes
 * nothing. Resolves with what refused it; undefined when it was done.
 */
async function fenced(
  { table, claimOf }: TableCustodyParts,
  user: string,
  { write, doing }: Fenced,
): Promise<TableItem | undefined> {
  const claim = claimOf(user);
  const writes = claim === undefined ? [write] : [write, claim.check];
  const written = await table.write(writes, doing);
  if (written.kind === 'done') return undefined;
  const [own, ofClaim] = written.failed;
  if (ofClaim?.isFailed === true) throw lost(user);
  return own?.found ?? {};
}

async function entryIn(
  item: TableItem,
  keyId: AccessKeyId,
  parts: TableCustodyParts,
): Promise<IssuedKey> {
  const { user, rotation, created, ct, iv, dk } = item;
  const isWhole =
    typeof user === 'string' &&
    typeof rotation === 'string' &&
    typeof created === 'string' &&
    ct instanceof Uint8Array &&
    iv instanceof Uint8Array &&
    dk instanceof Uint8Array;
  if (!isWhole) throw damaged(keyId, parts);
  const about = { account: parts.account, user, keyId, rotation };
  const secret = await opened(about, { ct, iv, dk }, parts);
  return { ...about, secret, createdAt: new Date(created) };
}

/** One that this process sealed or opened is known by what is kept: KMS is asked about others alone. */
async function opened(about: BoxedKey, sealed: Sealed, parts: TableCustodyParts): Promise<Secret> {
  const known = parts.known.get(about.keyId);
  if (known !== undefined && Buffer.compare(known.ct, sealed.ct) === 0) return known.secret;
  const secret = await inWordsOf(reading(about.keyId), () => parts.box.open(about, sealed));
  parts.known.set(about.keyId, { ct: sealed.ct, secret });
  return secret;
}

function damaged(keyId: AccessKeyId, { table }: TableCustodyParts): KeyturnError {
  return new KeyturnError(
    'state-dir',
    `the secret of ${keyId} in ${table.custodyName} is not whole`,
    { hint: 'somebody changed the item; restore nothing over it' },
  );
}

const SEALING: Doing = { code: 'handoff-failed', what: 'a secret cannot be sealed' };

function reading(keyId: AccessKeyId): Doing {
  return { code: 'state-dir', what: `the secret of ${keyId} cannot be read` };
}

function writing(keyId: AccessKeyId): Doing {
  return { code: 'handoff-failed', what: `the secret of ${keyId} cannot be kept` };
}

function stoneUntil({ time }: Table): number {
  return Math.floor(time.nowMs() / 1000) + STONE_DAYS * 86_400;
}
