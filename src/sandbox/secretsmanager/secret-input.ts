// What the caller gives to be stored. A refusal never repeats it.

import { optionalString } from '../json-input.ts';
import type { Call } from '../operation.ts';
import { constraintError, Refusal, validationError } from '../refusal.ts';
import type { SecretValue } from './secret.ts';

const VALUE_BYTES_MAX = 65_536;
const TOKEN_LENGTH_MIN = 32;
const TOKEN_LENGTH_MAX = 64;

/** The value in the call; undefined when there is none. */
export function optionalValue(call: Call): SecretValue | undefined {
  const text = optionalString(call, 'SecretString');
  const binary = optionalString(call, 'SecretBinary');
  if (text === undefined && binary === undefined) return undefined;
  if (text !== undefined && binary !== undefined) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  const size = Buffer.byteLength(text ?? binary ?? '', text === undefined ? 'base64' : 'utf8');
  if (size < 1 || size > VALUE_BYTES_MAX) {
    const member = text === undefined ? 'secretBinary' : 'secretString';
    const rule = `Member must have length between 1 and ${VALUE_BYTES_MAX}`;
    throw validationError(`1 validation error detected: Value at '${member}' failed: ${rule}`);
  }
  return { text, binary };
}

/** The id of the version to be made. SDKs draw one; who speaks HTTP must bring one. */
export function requiredToken(call: Call): string {
  const token = optionalString(call, 'ClientRequestToken');
  if (token === undefined) {
    throw new Refusal(
      'InvalidRequestException',
      400,
      'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    );
  }
  if (token.length < TOKEN_LENGTH_MIN || token.length > TOKEN_LENGTH_MAX) {
    const range = `${TOKEN_LENGTH_MIN}-${TOKEN_LENGTH_MAX}`;
    throw invalidParameter(`ClientRequestToken must be ${range} characters long.`);
  }
  return token;
}

export function requiredName(call: Call): string {
  const name = optionalString(call, 'Name');
  if (name === undefined) throw constraintError(null, 'name', 'Member must not be null');
  if (!/^[\w/+=.@-]{1,512}$/.test(name)) {
    throw validationError(
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  }
  return name;
}

export function invalidParameter(message: string): Refusal {
  return new Refusal('InvalidParameterException', 400, message);
}
