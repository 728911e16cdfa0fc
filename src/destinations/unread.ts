// A place of which nothing is asked: a plan of a file that is not trusted, as one from a fork, must not lead anybody
// to a service or a program that its author names.

import { KeyturnError } from '../base/errors.ts';
import type { JournaledTarget } from '../lifecycle/record.ts';
import type { Destination } from './destination.ts';

export function unreadDestination({ kind, place }: JournaledTarget): Destination {
  const unread = async (): Promise<never> => {
    throw new KeyturnError('not-deliverable', `${kind} ${place} is not read with --untrusted`, {
      hint: 'make the plan without it, of a file that is trusted',
    });
  };
  return { kind, place, isUnread: true, deliver: unread, holds: unread, textsRead: unread };
}
