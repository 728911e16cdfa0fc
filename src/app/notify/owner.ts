// Who is to be told of a user's keys: by a tag of the user. Whoever may tag a user writes it, so what it says is
// looked at like every input from outside: it is a name that the configuration knows, or an address of a domain
// that the configuration calls its own.

import { isMailAddress, type NotifyModel } from '../../config/tell-model.ts';
import type { UserTags } from '../sight/run-sight.ts';

export const OWNER_TAGS = ['owner', 'Owner', 'owner-email', 'team', 'contact'] as const;

export type Owner =
  | { readonly kind: 'known'; readonly address: string; readonly tag: string }
  /**
   * `why`: in words that end the sentence "told here because …". `isAsked`: whether the tags are known and name nobody,
   * and not that they could not be read this time.
   */
  | { readonly kind: 'unknown'; readonly why: string; readonly isAsked: boolean };

export function ownerOf(tags: UserTags | undefined, owners: NotifyModel['owners']): Owner {
  const unknown = (why: string, isAsked = true): Owner => ({ kind: 'unknown', why, isAsked });
  if (tags === undefined) return unknown('nobody asked for the tags of the user', false);
  if (tags.kind === 'unknown')
    return unknown(`the tags of the user are not known: ${tags.why}`, false);
  const { tags: names = OWNER_TAGS, addresses = {}, domains = [] } = owners ?? {};
  const tag = names.find((name) => (tags.tags[name] ?? '').trim() !== '');
  if (tag === undefined) return unknown(`the user has none of the tags ${names.join(', ')}`);
  const value = (tags.tags[tag] ?? '').trim();
  const named = Object.hasOwn(addresses, value) ? addresses[value] : undefined;
  if (named !== undefined) return { kind: 'known', address: named, tag };
  // A mail server may take a % or a ! for another way to somebody elsewhere.
  if (!isMailAddress(value) || /[%!]/.test(value)) {
    return unknown(`the tag ${tag} of the user is neither an address nor a name of "addresses:"`);
  }
  const domain = value.slice(value.lastIndexOf('@') + 1).toLowerCase();
  if (domains.some((each) => each.toLowerCase() === domain)) {
    return { kind: 'known', address: value, tag };
  }
  return unknown(
    `the tag ${tag} of the user names an address at ${domain}, which "domains:" does not`,
  );
}
