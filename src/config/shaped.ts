// Texts of a configuration that are checked by a function, with words of their own for what is wrong.

import { z } from 'zod';
import type { FaultCode } from './fault.ts';

/** What a check found, for shape.ts. */
export interface OwnIssue {
  readonly code: FaultCode;
  readonly index?: number;
}

/** The message of a check that has no words of its own: zod puts others in the place of an empty one. */
export const SAY_WHAT_IT_TAKES = 'does not fit';

type Check = (text: string) => (OwnIssue & { readonly message: string }) | undefined;

export function checked(check: Check): z.ZodString {
  return z.string().superRefine((text, context) => {
    const fault = check(text);
    if (fault === undefined) return;
    const { message, ...params } = fault;
    context.addIssue({ code: 'custom', message, params });
  });
}

/** A text that fits, or a fault which says what is taken. */
export const shaped = (fits: (text: string) => boolean) =>
  checked((text) => (fits(text) ? undefined : { code: 'bad-value', message: SAY_WHAT_IT_TAKES }));
