// Tables of Amazon DynamoDB: the store of runners whose disk does not last, and of several at once.

import { assert, KeyturnError } from '../../base/errors.ts';
import type { CustodyWish } from '../../custody/wish.ts';
import type { StoreKind, StoreOpening } from '../stores.ts';
import { stateWords, waysOn } from '../ways-on.ts';
import { custodyTableOf, defaultKeyOf, isTablePlace, ownKeyOf, readTablePlace } from './place.ts';

export const dynamodb: StoreKind = {
  takes: 'dynamodb:TABLE or dynamodb:TABLE@REGION',
  isPlace: isTablePlace,
  open: async (place, opening) => (await opened(place, opening)).store,
  template: async (place, wish) => {
    const read = readTablePlace(place);
    refusePlain(wish, place);
    const { tableTemplate } = await import('./template.ts');
    const { table } = read;
    const keyId = ownKeyOf(sealingKey(wish, table));
    return tableTemplate(read, { custodyTable: custodyTableOf(table), keyId });
  },
  make: async (place, opening) => {
    const { setUp } = await opened(place, opening);
    const { makeTables } = await import('./set-up.ts');
    return await makeTables({ ...setUp, maker: await setUp.maker() });
  },
  examine: async (place, opening) => {
    const { store, setUp } = await opened(place, opening);
    const { examineTables } = await import('./set-up.ts');
    return await examineTables({ ...setUp, maker: await setUp.maker() }, store);
  },
  whyVolatile: async () => undefined,
};

async function opened(place: string, { aws, clock, run, custody: wish }: StoreOpening) {
  const { table, region } = readTablePlace(place);
  refusePlain(wish, place);
  const [{ DynamoDbStore }, { openBoxes }] = await Promise.all([
    import('./dynamodb-store.ts'),
    import('../../custody/open-boxes.ts'),
  ]);
  const { tables, dataKeys, texts, maker } = await aws(region);
  const custodyTable = custodyTableOf(table);
  const usualKey = defaultKeyOf(table);
  const { chosen: box, openers } = await openBoxes({
    wish: { ...wish, custody: wish.custody ?? { kind: 'kms' } },
    ...{ place: custodyTable, usualKey, ways: waysOn(place, wish) },
    aws: async () => ({ region: tables.region, dataKeys, texts }),
  });
  assert(box !== undefined, 'a table has secrets in clear');
  const keyId = sealingKey(wish, table);
  return {
    store: new DynamoDbStore({ tables, table, custodyTable, box, openers, clock, run }),
    setUp: { table, custodyTable, keyId, box, words: stateWords(place, wish), maker },
  };
}

/** Undefined where KMS seals nothing. */
function sealingKey({ custody, kmsKey }: CustodyWish, table: string): string | undefined {
  return custody === undefined || custody.kind === 'kms'
    ? (kmsKey ?? defaultKeyOf(table))
    : undefined;
}

function refusePlain({ custody }: CustodyWish, place: string): void {
  if (custody?.kind !== 'plain') return;
  throw new KeyturnError('bad-value', `no secret lies in clear in ${place}`, {
    hint: 'take --custody kms, age:RECIPIENT or secrets-manager=PREFIX',
  });
}
