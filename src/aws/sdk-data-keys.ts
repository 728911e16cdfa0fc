// Data keys of AWS KMS over the SDK. Only open-aws-state.ts imports this file, when a store is there. Asking
// again is harmless: a data key that nobody used was never there.

import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { AwsDataKeys } from '../base/aws-tables.ts';
import { KeyturnError } from '../base/errors.ts';
import { type ServiceSetup, serviceConfig, serviceFailure } from './service-client.ts';

export function openDataKeys(setup: ServiceSetup): AwsDataKeys {
  const client = new KMSClient(serviceConfig(setup));
  return {
    generate: async (keyId, context) => {
      try {
        const { Plaintext: plain, CiphertextBlob: wrapped } = await client.send(
          new GenerateDataKeyCommand({
            ...{ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: { ...context } },
          }),
        );
        return { plain: bytesOf(plain), wrapped: bytesOf(wrapped) };
      } catch (thrown) {
        throw failure(thrown, { permission: 'kms:GenerateDataKey', keyId }, setup);
      }
    },
    unwrap: async (keyId, wrapped, context) => {
      try {
        const { Plaintext: plain } = await client.send(
          new DecryptCommand({
            ...(keyId !== undefined && { KeyId: keyId }),
            ...{ CiphertextBlob: wrapped, EncryptionContext: { ...context } },
          }),
        );
        return bytesOf(plain);
      } catch (thrown) {
        throw failure(thrown, { permission: 'kms:Decrypt', keyId }, setup);
      }
    },
  };
}

function bytesOf(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes !== undefined) return bytes;
  throw new KeyturnError('aws-error', "an answer of kms is not aws's", {
    hint: 'check for a proxy between this machine and the endpoint',
  });
}

function failure(
  thrown: unknown,
  { permission, keyId }: { readonly permission: string; readonly keyId: string | undefined },
  setup: ServiceSetup,
): KeyturnError {
  if (thrown instanceof KeyturnError) return thrown;
  const error = serviceFailure(thrown, permission, setup);
  const which = keyId === undefined ? 'the KMS key that sealed it' : `KMS key ${keyId}`;
  return new KeyturnError(error.code, `${which}: ${error.message}`, {
    cause: error.cause,
    ...(error.hintParts.length > 0 && { hint: error.hintParts }),
  });
}
