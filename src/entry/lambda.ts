// The entry of the package that is uploaded to AWS Lambda: index.handler.

export { handler } from '../lambda/index.ts';
