// The account of the credentials, for a command that only reads.

export { openGateway } from '../../aws/open-gateway.ts';
