// Encrypts a secret to age recipients. This module loads the age library, so import it lazily.

import { Encrypter } from 'age-encryption';
import { KeyturnError } from '../../base/errors.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { SealedCustody } from '../kind.ts';

const HEADER = 'age-encryption.org/v1\n-> X25519 ';

/** Throws `bad-value` for the first text that is no recipient, as `age-keygen` prints them. */
export function checkRecipients(recipients: readonly string[]): void {
  for (const recipient of recipients) {
    try {
      new Encrypter().addRecipient(recipient);
    } catch {
      throw new KeyturnError('bad-value', `${JSON.stringify(recipient)} is no age recipient`, {
        hint: 'a recipient begins with age1; age-keygen -y prints it for an identity',
      });
    }
  }
}

/**
 * Puts the pair, encrypted, into custody, and resolves when it is durable and was read back. Nobody
 * here can decrypt it: that is the point.
 */
export async function sealTo(
  custody: SealedCustody,
  key: IssuedKey,
  recipients: readonly string[],
): Promise<void> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  const content = {
    account_id: key.account,
    user_name: key.user,
    access_key_id: key.keyId,
    secret_access_key: key.secret.reveal(),
    created_at: key.createdAt.toISOString(),
  };
  const sealed = Buffer.from(await encrypter.encrypt(`${JSON.stringify(content, null, 2)}\n`));
  await custody.put(key.keyId, sealed);
  const back = await custody.get(key.keyId);
  if (back?.equals(sealed) === true && back.toString('latin1').startsWith(HEADER)) return;
  const where = custody.describe(key.keyId);
  throw new KeyturnError('handoff-failed', `${where} cannot be read back as it was written`, {
    hint: 'check the disk; the plain file stays until an encrypted one is safe',
  });
}
