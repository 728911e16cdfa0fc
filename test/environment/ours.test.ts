import { testEveryRow } from './every-row.ts';
import { askByOurs } from './tools.ts';

testEveryRow(
  'keyturn',
  async () => ({
    ask: askByOurs,
    expected: ({ outcome }) => outcome,
    skip: () => false,
    close: () => {},
  }),
  { skip: false },
);
