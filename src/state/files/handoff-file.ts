// What stands in a hand-off file, and in what points to a text elsewhere that is to be deleted. No error here ever
// carries content: not even the parser's, which would quote it (I8).

import type { AccessKeyId } from '../../base/access-key-id.ts';
import type { Sealed } from '../../custody/box.ts';
import { fieldsOf, sealedIn } from '../../custody/sealed-fields.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import {
  type FieldsOf,
  isObject,
  nonEmptyText,
  object,
  oneOf,
  optional,
  text,
  time,
  where,
} from '../record-fields.ts';

interface AboutKey {
  readonly account_id: string;
  readonly user_name: string;
  readonly access_key_id: string;
  readonly rotation: string;
  readonly created_at: string;
}

export interface PlainFile extends AboutKey {
  readonly format_version: 1;
  readonly secret_access_key: string;
}

/** Whoever has the key or an identity opens it; there is nothing else of the secret here. */
export interface SealedFile extends AboutKey {
  readonly format_version: 2;
  readonly sealed: {
    readonly by: string;
    readonly ct?: string | undefined;
    readonly iv?: string | undefined;
    readonly dk?: string | undefined;
    readonly ref?: string | undefined;
  };
}

export type HandoffFile = PlainFile | SealedFile;

const ABOUT: FieldsOf<AboutKey> = {
  account_id: text,
  user_name: nonEmptyText,
  access_key_id: text,
  rotation: text,
  created_at: time,
};
const BASE64 = /^(?:[0-9a-zA-Z+/]{4})*(?:[0-9a-zA-Z+/]{2}==|[0-9a-zA-Z+/]{3}=)?$/;
const base64 = optional(where(text, (value) => BASE64.test(value)));
const plainFile = object<PlainFile>({
  format_version: oneOf(1),
  ...ABOUT,
  secret_access_key: nonEmptyText,
});
const sealedFile = object<SealedFile>({
  format_version: oneOf(2),
  ...ABOUT,
  sealed: object<SealedFile['sealed']>({
    ...{ by: text, ct: base64, iv: base64, dk: base64 },
    ref: optional(text),
  }),
});

export function textOf(entry: IssuedKey, sealed: Sealed | undefined): string {
  const about = {
    account_id: entry.account,
    user_name: entry.user,
    access_key_id: entry.keyId,
  };
  const asked = { rotation: entry.rotation, created_at: entry.createdAt.toISOString() };
  const secret = { secret_access_key: entry.secret.reveal() };
  const file: HandoffFile =
    sealed === undefined
      ? { format_version: 1, ...about, ...secret, ...asked }
      : { format_version: 2, ...about, ...asked, sealed: textsOf(sealed) };
  return `${JSON.stringify(file, null, 2)}\n`;
}

function textsOf(sealed: Sealed): SealedFile['sealed'] {
  const fields = Object.entries({ by: sealed.by, ...fieldsOf(sealed) }).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : Buffer.from(value).toString('base64'),
  ]);
  return Object.fromEntries(fields) as SealedFile['sealed'];
}

export function sealedOf({ sealed }: SealedFile): Sealed | undefined {
  const bytes = (text: string | undefined) =>
    text === undefined ? undefined : new Uint8Array(Buffer.from(text, 'base64'));
  const { by, ct, iv, dk, ref } = sealed;
  return sealedIn({ by, ct: bytes(ct), iv: bytes(iv), dk: bytes(dk), ref });
}

export function leftText(keyId: AccessKeyId, ref: string): string {
  return `${JSON.stringify({ format_version: 1, access_key_id: keyId, ref })}\n`;
}

export function leftRef(content: Buffer | undefined): string | undefined {
  try {
    const { ref } = JSON.parse(content?.toString('utf8') ?? '{}') as { readonly ref?: unknown };
    return typeof ref === 'string' ? ref : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined for a text that is no hand-off file, or one of a newer version. */
export function parseHandoff(content: Buffer): HandoffFile | undefined {
  try {
    const parsed: unknown = JSON.parse(content.toString('utf8'));
    const isSealed = isObject(parsed) && parsed.format_version === 2;
    return isSealed ? sealedFile(parsed) : plainFile(parsed);
  } catch {
    return undefined;
  }
}
