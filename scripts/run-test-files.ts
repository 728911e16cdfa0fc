// Runs test files in the order in which they are given, which `node --test FILES` does not keep.
//
//   node dist/scripts/run-test-files.js CONCURRENCY FILE [FILE…]

import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const [concurrency, ...files] = process.argv.slice(2);

run({ files, concurrency: Number(concurrency) })
  .on('test:fail', () => {
    process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);
