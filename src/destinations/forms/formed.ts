// A destination whose place has the pair in a form of its own. The kind below is handed what the form makes of
// the secret and keeps it as it would keep a secret; what is read there is understood here. The ID stays as it
// is, or stands in the text, so that a kind can always tell whose key is there (I14).

import { createHash } from 'node:crypto';
import { Secret } from '../../base/secret.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { DeliveryReceipt } from '../../lifecycle/record.ts';
import type { Destination, Held, WayBack } from '../destination.ts';
import { preparing } from '../failure.ts';
import type { Custody } from '../kind.ts';
import { STAND_IN } from '../look.ts';
import { canBeRead, readingsOfAll } from '../readings.ts';
import type { Form } from './form.ts';

export interface FormedParts {
  readonly form: Form;
  readonly custody: Pick<Custody, 'get'>;
  /** Throws `not-deliverable` for a text that a place of the kind cannot hold. */
  readonly requireFit: (text: string) => void;
}

export function formedDestination(inner: Destination, parts: FormedParts): Destination {
  const { form, custody, requireFit } = parts;
  const { wayBack, prepare } = inner;
  const written = (key: IssuedKey): IssuedKey => ({ ...key, secret: new Secret(form.write(key)) });
  return {
    ...inner,
    form: form.word,
    prepare: (key) =>
      preparing(async () => {
        requireFit(form.write(key ?? STAND_IN));
        await prepare?.(key && { ...key, secret: new Secret(form.write(key)) });
      }),
    deliver: async (key) => {
      const own = written(key);
      const receipt = await inner.deliver(own);
      return { ...receipt, form: form.label, mark: markOf(own.secret.reveal()) };
    },
    holds: async (keyId, receipt) => {
      const held = await inner.holds(keyId, receipt);
      if (held === undefined) return undefined;
      const issued = await custody.get(keyId);
      const isOwn =
        issued === undefined
          ? hasMarked(held, receipt)
          : canBeRead(written(issued).secret.reveal(), held.texts);
      return isOwn ? { ...held, isCompared: true } : held;
    },
    ...(wayBack !== undefined && { wayBack: wayBackOf(wayBack, form) }),
  };
}

/** A kind goes back by what it has kept; only that is understood here which is told to others. */
function wayBackOf(inner: WayBack, form: Form): WayBack {
  return {
    canPutBack: (undo) => inner.canPutBack(undo),
    putBack: (undo) => inner.putBack(undo),
    secretOf: async (keyId) => {
      const kept = await inner.secretOf(keyId);
      const secret = kept && form.partsIn(kept.reveal())?.secret;
      return secret === undefined ? undefined : new Secret(secret);
    },
  };
}

/**
 * Names what was written and does not tell it: once custody has the secret no more, this is what a place is held
 * against whose form cannot be turned back. A secret of AWS's is drawn, so a digest of it cannot be guessed.
 */
function markOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function hasMarked({ texts }: Held, { mark }: DeliveryReceipt): boolean {
  if (mark === undefined) return false;
  const readings = readingsOfAll(texts);
  return readings.some((reading) =>
    [reading, reading.trim(), ...(reading.match(/[A-Za-z\d+/]{16,}={0,2}/g) ?? [])].some(
      (each) => markOf(each) === mark,
    ),
  );
}
