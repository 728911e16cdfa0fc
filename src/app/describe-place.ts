// A place that has the new secret, or would have it, as the documents tell of it.

import { formLabel } from '../destinations/forms/forms.ts';
import { termsAt, writesTwice } from '../destinations/kinds.ts';
import type { DeliveryReceipt, JournaledTarget } from '../lifecycle/record.ts';
import { confirmedBy, type ReaderTerms } from '../lifecycle/settle.ts';
import type { DeliveredTo, PlaceTerms } from '../reports/rotation-report.ts';

/** Where it went. A receipt of an earlier version says nothing of its readers, so the kind is asked. */
export function deliveredTo(receipt: DeliveryReceipt): DeliveredTo {
  const { kind, reference, version, form, ...told } = receipt;
  const target = { kind, place: reference };
  const terms = { ...termsAt(target), ...definedOf(told) };
  return {
    ...target,
    ...(version !== undefined && { version }),
    ...(form !== undefined && { form }),
    ...placeTerms(target, terms),
  };
}

/** Where it would go. */
export function wouldGoTo(target: JournaledTarget): Omit<DeliveredTo, 'version'> {
  const { kind, place, form } = target;
  return {
    ...{ kind, place },
    ...(form !== undefined && { form: formLabel(form) }),
    ...placeTerms(target, termsAt(target)),
  };
}

function definedOf({ settle, proof }: Partial<ReaderTerms>): Partial<ReaderTerms> {
  return { ...(settle !== undefined && { settle }), ...(proof !== undefined && { proof }) };
}

function placeTerms(target: JournaledTarget, { settle, proof }: ReaderTerms): PlaceTerms {
  const isTimed = typeof settle === 'object';
  return {
    settle: isTimed ? 'after-minutes' : settle,
    settle_minutes: isTimed ? settle.minutes : null,
    proof,
    confirmed: confirmedBy(proof),
    not_at_once: writesTwice(target) ?? null,
  };
}
