// The destination of a rotation that another run began, found again from its first record.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Clock } from '../base/clock.ts';
import { parsePlace, profileDestination } from '../destinations/credentials-file/index.ts';
import type { Destination } from '../destinations/destination.ts';
import { type HandoffReader, handoffDestination } from '../destinations/handoff/index.ts';
import type { DeliveryTarget } from '../lifecycle/record.ts';
import { saveOptions } from './save-options.ts';

export function destinationReopener(
  handoff: HandoffReader,
  clock: Clock,
): (target: DeliveryTarget, oldKeyId: AccessKeyId) => Destination | undefined {
  return (target, oldKeyId) => {
    if (target.kind === 'handoff') return handoffDestination(handoff);
    if (target.kind !== 'credentials-file') return undefined;
    const place = parsePlace(target.place);
    if (place === undefined) return undefined;
    const { path, profile } = place;
    return profileDestination({
      profile,
      alsoProfiles: [],
      oldKeyId,
      save: saveOptions(path, clock),
    });
  };
}
