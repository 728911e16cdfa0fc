// Tables of Amazon DynamoDB: the store of runners whose disk does not last, and of several at once.

import type { StoreKind, StoreOpening } from '../stores.ts';
import { custodyTableOf, defaultKeyOf, isTablePlace, readTablePlace } from './place.ts';

export const dynamodb: StoreKind = {
  takes: 'dynamodb:TABLE or dynamodb:TABLE@REGION',
  isPlace: isTablePlace,
  open: async (place, opening) => (await opened(place, opening)).store,
  template: async (place) => {
    const read = readTablePlace(place);
    const { tableTemplate } = await import('./template.ts');
    const { table } = read;
    return tableTemplate(read, { custodyTable: custodyTableOf(table), keyId: defaultKeyOf(table) });
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

async function opened(place: string, { aws, clock, run }: StoreOpening) {
  const { table, region } = readTablePlace(place);
  const [{ DynamoDbStore }, { kmsBox }] = await Promise.all([
    import('./dynamodb-store.ts'),
    import('./box.ts'),
  ]);
  const { tables, dataKeys, maker } = await aws(region);
  const custodyTable = custodyTableOf(table);
  const keyId = defaultKeyOf(table);
  const box = kmsBox({ dataKeys, keyId, table: custodyTable });
  return {
    store: new DynamoDbStore({ tables, table, custodyTable, box, clock, run }),
    setUp: { table, custodyTable, keyId, place, maker },
  };
}
