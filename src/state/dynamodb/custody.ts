// The secrets of new keys in the table, sealed before they leave this process. What is kept of a key is a
// register: nothing, then held, then removed; or nothing, and condemned for ever. A stone stays where a
// secret was, so that a late copy of a request cannot bring it back.

import { type AccessKeyId, accessKeyId } from '../../base/access-key-id.ts';
import type { TableItem, TableWrite } from '../../base/aws-tables.ts';
import { assert, KeyturnError } from '../../base/errors.ts';
import { newId } from '../../base/new-id.ts';
import type { Box, Elsewhere, Sealed } from '../../custody/box.ts';
import type { Boxes } from '../../custody/boxes.ts';
import { fieldsOf, SEALED_FIELDS, sealedIn } from '../../custody/sealed-fields.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { Custody, HeldKey } from '../state-store.ts';
import { type Claim, lost } from './claim.ts';
import { readHistory } from './journal.ts';
import { partitionOf, SEALED, SECRETS, sealedKey, secretKey } from './keys.ts';
import { type Doing, inWordsOf, type Table } from './table.ts';

export interface TableCustodyParts {
  readonly table: Table;
  readonly account: string;
  readonly box: Box;
  readonly boxes: Boxes;
  /** That of this process on the user, while it works on them. */
  readonly claimOf: (user: string) => Claim | undefined;
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
    holds: async (keyId) => (await itemOf(keyId, reading(keyId)))?.state === 'held',
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
  const { table, account, box, boxes } = parts;
  assert(entry.account === account, 'a hand-off entry is of another account');
  parts.demandWritable();
  const sealed: Sealed = await inWordsOf(
    SEALING,
    async (): Promise<Sealed> => await box.seal(entry, entry.secret),
  );
  if (await hold(entry, sealed, parts)) {
    boxes.learn(entry, sealed, entry.secret);
    return;
  }
  if (sealed.by === 'secrets-manager') await boxes.drop(sealed.ref).catch(() => undefined);
  throw new KeyturnError(
    'key-condemned',
    `${table.custodyName} says that nobody has the secret of ${entry.keyId}`,
    { hint: 'another run took this one for dead and is removing its key; run again' },
  );
}

/** False where the key is condemned. */
async function hold(entry: IssuedKey, sealed: Sealed, parts: TableCustodyParts): Promise<boolean> {
  const { table, account } = parts;
  const { keyId, user, rotation, createdAt } = entry;
  const w = newId();
  const fields = fieldsOf(sealed);
  const set = ['state', 'user', 'rotation', 'created', ...Object.keys(fields)];
  const gone = ['ttl', ...LEFT_FIELDS, ...SEALED_FIELDS].filter((name) => !set.includes(name));
  const written = await table.write(
    [
      {
        kind: 'update',
        table: table.custodyName,
        key: secretKey(account, keyId),
        update: `SET ${set.map((name) => `#${name} = :${name}`).join(', ')} REMOVE ${named(gone)} ADD #ws :ws`,
        // Not by a late copy of a request that was carried out before.
        condition:
          'attribute_not_exists(#state) OR (#state <> :condemned AND NOT contains(#ws, :w))',
        values: {
          ...{ state: 'held', user, rotation, created: createdAt.toISOString(), ...fields },
          ...{ condemned: 'condemned', w, ws: new Set([w]) },
        },
      },
    ],
    writing(keyId),
    w,
  );
  const found = written.kind === 'done' ? undefined : written.failed[0]?.found;
  return found?.state !== 'condemned';
}

async function remove(keyId: AccessKeyId, user: string, parts: TableCustodyParts): Promise<void> {
  const { table, account, boxes } = parts;
  parts.demandWritable();
  const doing: Doing = {
    code: 'handoff-failed',
    what: `the secret of ${keyId} in ${table.custodyName} cannot be removed`,
  };
  const key = secretKey(account, keyId);
  const sealed = await refKept(keyId, parts);
  boxes.forget({ account, keyId });
  // Refused where it was removed already, or never kept.
  const refused = await fenced(parts, user, {
    doing,
    write: {
      kind: 'update',
      table: table.custodyName,
      key,
      // A text that is elsewhere is deleted next: until that is done, what points to it stays.
      ...(sealed === undefined
        ? {
            update: `SET #state = :removed, #ttl = :ttl REMOVE ${named(SEALED_FIELDS)}`,
            values: { removed: 'removed', held: 'held', ttl: stoneUntil(table) },
          }
        : {
            update: `SET #state = :removed, #left = :left, #leftAt = :at REMOVE ${named(SEALED_FIELDS)}`,
            values: { removed: 'removed', held: 'held', left: sealed, at: table.time.nowMs() },
          }),
      condition: '#state = :held',
    },
  });
  if (sealed === undefined || refused !== undefined) return;
  await inWordsOf(doing, () => boxes.drop(sealed));
}

/** Where the text is that is not in the table itself. Who never keeps any elsewhere does not look. */
async function refKept(
  keyId: AccessKeyId,
  { table, account, boxes }: TableCustodyParts,
): Promise<string | undefined> {
  const known = boxes.sealedOf({ account, keyId });
  if (known !== undefined) return known.by === 'secrets-manager' ? known.ref : undefined;
  const item = await table.get(table.custodyName, secretKey(account, keyId), writing(keyId));
  const sealed = item?.state === 'held' ? sealedIn(item) : undefined;
  return sealed?.by === 'secrets-manager' ? sealed.ref : undefined;
}

/**
 * Deletes once more the texts whose keys are done with, when no request that was sent before can come any more;
 * what points to them goes then. Its failures are the next run's.
 */
export async function sweepLeft({ table, account, boxes, box }: SweepParts): Promise<void> {
  if (box.elsewhere === undefined) return;
  const items = await table.query(
    {
      table: table.custodyName,
      pk: partitionOf(account),
      prefix: SECRETS,
      filter: '#leftAt < :before',
      values: { before: table.time.nowMs() - table.signatureLifeMs - MINUTE_MS },
      only: ['pk', 'sk', 'left'],
    },
    { code: 'state-dir', what: `the secrets in ${table.custodyName} cannot be listed` },
  );
  for (const { pk, sk, left } of items) {
    await boxes.drop(String(left));
    const write: TableWrite = {
      kind: 'update',
      table: table.custodyName,
      key: { pk: String(pk), sk: String(sk) },
      update: `SET #ttl = :ttl REMOVE ${named(LEFT_FIELDS)}`,
      condition: '#left = :left',
      values: { left: String(left), ttl: stoneUntil(table) },
    };
    await table.write([write], { code: 'handoff-failed', what: 'a secret cannot be forgotten' });
  }
}

type SweepParts = Pick<TableCustodyParts, 'table' | 'account' | 'boxes' | 'box'>;

const MINUTE_MS = 60_000;
const LEFT_FIELDS = ['left', 'leftAt'] as const;

function named(fields: readonly string[]): string {
  return fields.map((name) => `#${name}`).join(', ');
}

async function condemn(
  keyId: AccessKeyId,
  user: string,
  parts: TableCustodyParts,
): Promise<boolean> {
  const { table, account, box, boxes } = parts;
  parts.demandWritable();
  const { elsewhere } = box;
  if (elsewhere !== undefined && (await isHeldAfterAll(keyId, elsewhere, parts))) return false;
  const left = elsewhere?.refOf(account, keyId);
  const refused = await fenced(parts, user, {
    doing: writing(keyId),
    write: {
      kind: 'put',
      table: table.custodyName,
      item: {
        ...{ ...secretKey(account, keyId), state: 'condemned' },
        ...(left === undefined ? { ttl: stoneUntil(table) } : { left, leftAt: table.time.nowMs() }),
      },
      condition: 'attribute_not_exists(#state) OR #state <> :held',
      values: { held: 'held' },
    },
  });
  if (refused !== undefined) return false;
  if (left !== undefined) await boxes.drop(left).catch(() => undefined);
  return true;
}

/** I10: a text that is there already was put by one who died before the table knew of it. */
async function isHeldAfterAll(
  keyId: AccessKeyId,
  elsewhere: Elsewhere,
  parts: TableCustodyParts,
): Promise<boolean> {
  const { table, account } = parts;
  const item = await table.get(table.custodyName, secretKey(account, keyId), reading(keyId));
  if (item?.state !== undefined) return item.state === 'held';
  const found = await inWordsOf(reading(keyId), () => elsewhere.find(account, keyId));
  return found !== undefined && (await hold(found.key, found.sealed, parts));
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
  const { user, rotation, created } = item;
  const sealed = sealedIn(item);
  const isWhole =
    typeof user === 'string' && typeof rotation === 'string' && typeof created === 'string';
  if (!isWhole || sealed === undefined) throw damaged(keyId, parts);
  const about = { account: parts.account, user, keyId, rotation };
  const secret = await inWordsOf(reading(keyId), () => parts.boxes.open(about, sealed));
  return { ...about, secret, createdAt: new Date(created) };
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
