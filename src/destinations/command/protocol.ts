// What keyturn and a program say to each other: one JSON document in, one out, and exit code 0. Whatever is
// not such an answer means that nobody knows what the program did. docs/destinations/command.md shows it.

import { z } from 'zod';
import { accessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import { printable } from '../../base/printable.ts';

export const PROTOCOL = 1;

/** What a program is asked to do; `deliver` alone carries the secret. */
export type Order =
  | { readonly verb: 'prepare'; readonly replaces: string }
  | {
      readonly verb: 'deliver';
      readonly access_key_id: string;
      /** What stands in the place of the secret: of a place with a form, what the form makes of it. */
      readonly secret_access_key?: string;
      /** Instead of it: the text of a form with both halves in it, to be put there as it is. */
      readonly text?: string;
      readonly replaces: string;
    }
  | { readonly verb: 'holds'; readonly access_key_id: string }
  | {
      readonly verb: 'put-back';
      readonly to_access_key_id: string;
      readonly from_access_key_id: string;
      /** Whether it is only to say what it would answer. */
      readonly dry_run: boolean;
    };

const KEY_ID = z.string().transform((text, context) => {
  try {
    return accessKeyId(text);
  } catch {
    context.addIssue('no access key ID');
    return z.NEVER;
  }
});

/** A place that holds none is told by an empty text, by null, or by leaving it out. */
const HELD_ID = z
  .union([z.literal('').transform(() => undefined), z.null().transform(() => undefined), KEY_ID])
  .optional();

const TEXT = z.string().max(4_096);

const REFUSAL = z.object({
  protocol: z.literal(PROTOCOL),
  ok: z.literal(false),
  /** Whether nothing can be delivered there, it may be asked again soon, or it did not work. */
  code: z.enum(['not-deliverable', 'try-again', 'failed']),
  message: TEXT,
  retry_after_seconds: z.number().min(0).max(600).optional(),
});

/** Whether it is meant as a refusal, so that its faults are those of one. */
const REFUSED = z.object({ protocol: z.literal(PROTOCOL), ok: z.literal(false) });

const accepted = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.object({ protocol: z.literal(PROTOCOL), ok: z.literal(true), ...shape });

/** When readers of the place see a new value, where the program knows. */
const SETTLE = z
  .union([
    z.enum(['at-once', 'next-start', 'unknown']),
    z.object({ minutes: z.number().int().min(1).max(9_999) }),
  ])
  .optional();

export const ANSWERS = {
  /** The key that the place holds now, where the program can tell. */
  prepare: accepted({ access_key_id: HELD_ID, settle: SETTLE }),
  deliver: accepted({ version: TEXT.optional(), settle: SETTLE }),
  holds: accepted({ holds: z.union([z.boolean(), z.literal('unknown')]) }),
  /** False where the former pair is not at hand any more. */
  'put-back': accepted({ put_back: z.boolean() }),
} as const;

export type Verb = Order['verb'];
export type Answer<V extends Verb> = z.infer<(typeof ANSWERS)[V]>;
export type Refusal = z.infer<typeof REFUSAL>;

/** Throws a SyntaxError that quotes nothing (I8) when it is no answer to the verb. */
export function readAnswer<V extends Verb>(verb: V, output: string): Answer<V> | Refusal {
  let document: unknown;
  try {
    document = JSON.parse(output);
  } catch {
    throw new SyntaxError(
      output.trim() === '' ? 'it printed nothing' : 'it printed no JSON document',
    );
  }
  const refusal = REFUSAL.safeParse(document);
  if (refusal.success) return refusal.data;
  const answer = ANSWERS[verb].safeParse(document);
  if (answer.success) return answer.data as Answer<V>;
  const { issues } = REFUSED.safeParse(document).success ? refusal.error : answer.error;
  const [issue] = issues;
  const where = issue?.path.join('.') ?? '';
  throw new SyntaxError(
    `its document is no answer to ${verb}${where === '' ? '' : `: see "${printable(where)}"`}`,
  );
}

/** A program's own words, which may be anything, as an error of ours. */
export function refusalError(where: string, { code, message }: Refusal): KeyturnError {
  const isRefused = code === 'not-deliverable';
  return new KeyturnError(
    isRefused ? 'not-deliverable' : 'delivery-failed',
    `${where} says: ${printable(message)}`,
    { hint: isRefused ? 'put that right, then run again' : 'run again' },
  );
}
