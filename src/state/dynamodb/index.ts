// Tables of Amazon DynamoDB: the store of runners whose disk does not last, and of several at once.

import type { StoreKind } from '../stores.ts';
import { custodyTableOf, defaultKeyOf, isTablePlace, readTablePlace } from './place.ts';

export const dynamodb: StoreKind = {
  takes: 'dynamodb:TABLE or dynamodb:TABLE@REGION',
  isPlace: isTablePlace,
  open: async (place, { aws, clock, run }) => {
    const { table, region } = readTablePlace(place);
    const [{ DynamoDbStore }, { kmsBox }] = await Promise.all([
      import('./dynamodb-store.ts'),
      import('./box.ts'),
    ]);
    const { tables, dataKeys } = await aws(region);
    const custodyTable = custodyTableOf(table);
    const box = kmsBox({ dataKeys, keyId: defaultKeyOf(table), table: custodyTable });
    return new DynamoDbStore({ tables, table, custodyTable, box, clock, run });
  },
  whyVolatile: async () => undefined,
};
