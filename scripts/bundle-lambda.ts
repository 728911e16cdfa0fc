// `npm run bundle:lambda`; see bundle/lambda.ts.

import { statSync } from 'node:fs';
import { buildLambda } from './bundle/lambda.ts';

const path = await buildLambda();
process.stdout.write(`bundle: wrote ${path}, ${Math.round(statSync(path).size / 1000)} kB\n`);
