// A process that opens a gateway from its own environment, as the command line does, and prints who
// signs or what went wrong.
//
//   node dist/test/aws/open-once.js [PROFILE]

import { openGateway } from '../../src/aws/open-gateway.ts';
import { toKeyturnError } from '../../src/base/errors.ts';
import { gatewayOptions } from './support.ts';

const options = gatewayOptions(process.env as Record<string, string>);
try {
  const gateway = await openGateway({ ...options, profile: process.argv[2] });
  gateway.close();
  process.stdout.write(`${JSON.stringify(gateway.caller)}\n`);
} catch (thrown) {
  const { code, message, hint } = toKeyturnError(thrown);
  process.stdout.write(`${JSON.stringify({ code, message, hint })}\n`);
}
