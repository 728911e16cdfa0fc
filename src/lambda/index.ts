// `keyturn/lambda`: the handler for AWS Lambda. docs/deploy/aws.md shows it at work.

import type { LambdaHandler } from './types.ts';

export type { LambdaContext, LambdaEvent, LambdaHandler } from './types.ts';

/** Loaded when it is first called, so that nothing but this is read while a function starts. */
export const handler: LambdaHandler = async (event, context) => {
  const { handle } = await import('./handle.ts');
  return await handle(event, context, { env: process.env, cwd: process.cwd() });
};
