// Whether two users would have one place: of one account, or of one name in two accounts.

import { kindNamed, targetFor, thingsAt } from '../destinations/kinds.ts';
import { type PlaceFacts, SAMPLE_FACTS } from '../destinations/place.ts';
import type { Connections, DeliverItem } from './model.ts';
import { readPlace } from './place-item.ts';
import { PLACEHOLDER } from './place-template.ts';

type Words = Readonly<Record<'account' | 'user', string>>;

const ONE: Words = { account: '111122223333', user: 'anna' };

/** Whether nothing at it differs between two users of an account. */
export function isSharedByUsers(item: DeliverItem, connections?: Connections): boolean {
  return isShared(item, { ...ONE, user: 'bert' }, connections);
}

/** Whether users of one name in two accounts would share it. */
export function isSharedByAccounts(item: DeliverItem, connections?: Connections): boolean {
  const isInAccount = kindNamed(readPlace(item, connections).kind)?.isInAccount === true;
  return !isInAccount && isShared(item, { ...ONE, account: '444455556666' }, connections);
}

function isShared(item: DeliverItem, other: Words, connections?: Connections): boolean {
  const { kind, template } = readPlace(item, connections);
  if (kindNamed(kind)?.rule === undefined) return false;
  try {
    const [things, others] = [ONE, other].map((words) =>
      thingsAt(targetFor({ kind, name: filled(template, words) }, factsOf(words))),
    );
    return things?.some((thing) => others?.includes(thing)) === true;
  } catch {
    // What is wrong with the name is told of itself.
    return false;
  }
}

function factsOf(words: Words): PlaceFacts {
  return { ...SAMPLE_FACTS, ...words };
}

/** A tag is as good as a name: whoever trusts it says that it tells users apart. */
function filled(template: string, { account, user }: Words): string {
  return template.replaceAll(PLACEHOLDER, (_, word: string, filters: string) => {
    const value = word.startsWith('account') ? account : word === 'region' ? 'eu-west-1' : user;
    return filters.includes('|env') ? `A${value.toUpperCase()}` : value;
  });
}
