// AWS KMS, as far as secrets of a store are sealed by it:
// https://docs.aws.amazon.com/kms/latest/APIReference/

import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { optionalString, requiredString } from '../json-input.ts';
import type { Call, ConditionContext, JsonService, Operation } from '../operation.ts';
import { Refusal } from '../refusal.ts';
import type { ResultFields } from '../result.ts';

export interface KmsKey {
  readonly id: string;
  readonly arn: string;
  readonly material: Buffer;
  isEnabled: boolean;
  isRotated: boolean;
}

export const kms: JsonService = {
  protocol: 'json',
  name: 'kms',
  target: 'TrentService',
  refusals: {
    AccessDenied: { code: 'AccessDeniedException' },
    Throttling: { code: 'ThrottlingException' },
    ServiceFailure: { code: 'KMSInternalException' },
  },
  operations: {
    CreateKey: { access: 'write', run: createKey },
    CreateAlias: { access: 'write', run: createAlias },
    EnableKeyRotation: ofKey('write', (_, key) => {
      key.isRotated = true;
      return undefined;
    }),
    DescribeKey: ofKey('read', (_, key) => ({ KeyMetadata: metadataOf(key) })),
    GetKeyRotationStatus: ofKey('read', (_, key) => ({ KeyRotationEnabled: key.isRotated })),
    GenerateDataKey: ofKey('read', generateDataKey),
    Decrypt: {
      access: 'read',
      resource: (call) => ({ arn: keyThatOpens(call).arn, context: contextOfKey(call) }),
      run: (call) => decrypt(call, keyThatOpens(call)),
    },
  },
};

function ofKey(
  access: 'read' | 'write',
  run: (call: Call, key: KmsKey) => ResultFields | undefined,
): Operation {
  return {
    access,
    resource: (call) => ({ arn: keyNamed(call).arn, context: contextOfKey(call) }),
    run: (call) => run(call, keyNamed(call)),
  };
}

/** What conditions ask about: what a data key is for, and the names of the key. */
function contextOfKey(call: Call): ConditionContext {
  const key = call.input.CiphertextBlob === undefined ? keyNamed(call) : keyThatOpens(call);
  const own = `${call.caller.region} alias/`;
  const aliases = [...call.account.kmsKeys]
    .filter(([place, { id }]) => place.startsWith(own) && id === key.id)
    .map(([place]) => place.slice(own.length - 'alias/'.length));
  const said = Object.entries((call.input.EncryptionContext ?? {}) as Record<string, string>);
  return {
    'kms:resourcealiases': aliases,
    ...Object.fromEntries(
      said.map(([name, value]) => [`kms:encryptioncontext:${name}`.toLowerCase(), [value]]),
    ),
  };
}

function createKey(call: Call): ResultFields {
  const { account, caller } = call;
  const id = randomUUID();
  const arn = `arn:${account.partition}:kms:${caller.region}:${account.id}:key/${id}`;
  const key = { id, arn, material: randomBytes(32), isEnabled: true, isRotated: false };
  account.kmsKeys.set(`${caller.region} ${id}`, key);
  return { KeyMetadata: metadataOf(key) };
}

function createAlias(call: Call): undefined {
  const { account, caller } = call;
  const name = requiredString(call, 'AliasName');
  const place = `${caller.region} ${name}`;
  if (account.kmsKeys.has(place)) {
    throw new Refusal(
      'AlreadyExistsException',
      400,
      `An alias with the name ${name} already exists`,
    );
  }
  account.kmsKeys.set(place, keyNamed(call, requiredString(call, 'TargetKeyId')));
}

/** By its ID, its ARN or an alias. */
function keyNamed(call: Call, given = optionalString(call, 'KeyId') ?? ''): KmsKey {
  const { account, caller } = call;
  const name = given.replace(/^arn:[^/]*:(?:key\/|(?=alias\/))/, '');
  const key = account.kmsKeys.get(`${caller.region} ${name}`);
  if (key !== undefined) return key;
  throw new Refusal('NotFoundException', 400, `Invalid keyId '${given}'`);
}

function metadataOf({ id, arn, isEnabled }: KmsKey): ResultFields {
  return {
    ...{ KeyId: id, Arn: arn, Enabled: isEnabled },
    KeyState: isEnabled ? 'Enabled' : 'Disabled',
  };
}

const CIPHER = 'aes-256-gcm';
const [IV_BYTES, TAG_BYTES] = [12, 16];

function generateDataKey(call: Call, key: KmsKey): ResultFields {
  demandEnabled(key);
  const plain = randomBytes(32);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key.material, iv);
  cipher.setAAD(contextOf(call));
  const wrapped = [iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()];
  return {
    KeyId: key.arn,
    Plaintext: plain.toString('base64'),
    CiphertextBlob: Buffer.concat(wrapped).toString('base64'),
  };
}

/** What is encrypted says by which key; one that is named beside it has to be the same. */
function keyThatOpens(call: Call): KmsKey {
  const named = optionalString(call, 'KeyId') === undefined ? undefined : keyNamed(call);
  if (named !== undefined && openedBy(named, call) !== undefined) return named;
  const found = [...call.account.kmsKeys]
    .filter(([place]) => place.startsWith(`${call.caller.region} `))
    .find(([, key]) => openedBy(key, call) !== undefined)?.[1];
  // AWS says no more either: which part was wrong is nobody's business.
  if (found === undefined) throw new Refusal('InvalidCiphertextException', 400, '');
  if (named === undefined) return found;
  throw new Refusal(
    'IncorrectKeyException',
    400,
    'The key ID in the request does not identify a CMK that can perform this operation.',
  );
}

function decrypt(call: Call, key: KmsKey): ResultFields {
  demandEnabled(key);
  const plain = openedBy(key, call)?.toString('base64');
  return { KeyId: key.arn, Plaintext: plain, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
}

function openedBy({ material }: KmsKey, call: Call): Buffer | undefined {
  const blob = Buffer.from(requiredString(call, 'CiphertextBlob'), 'base64');
  try {
    const cipher = createDecipheriv(CIPHER, material, blob.subarray(0, IV_BYTES));
    cipher.setAAD(contextOf(call));
    cipher.setAuthTag(blob.subarray(-TAG_BYTES));
    return Buffer.concat([cipher.update(blob.subarray(IV_BYTES, -TAG_BYTES)), cipher.final()]);
  } catch {
    return undefined;
  }
}

function demandEnabled({ arn, isEnabled }: KmsKey): void {
  if (isEnabled) return;
  throw new Refusal('DisabledException', 400, `${arn} is disabled.`);
}

/** In one order, as it is a set of pairs. */
function contextOf({ input }: Call): Buffer {
  const pairs = Object.entries((input.EncryptionContext ?? {}) as Record<string, string>);
  return Buffer.from(JSON.stringify(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1))));
}
