// TagUser, UntagUser, ListUserTags. The console keeps a key's description as a tag whose key is
// the access key id.

import { type Call, memberFields, memberTexts, type Operation } from '../operation.ts';
import { constraintError, validationError } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import { pageOf } from './paging.ts';
import { quotaExceeded, TAGS_PER_USER_MAX } from './quotas.ts';
import { targetUser, targetUserResource } from './target-user.ts';

const KEY_LENGTH_MAX = 128;
const VALUE_LENGTH_MAX = 256;
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export const tagOperations: Readonly<Record<string, Operation>> = {
  TagUser: { access: 'write', resource: targetUserResource, run: tagUser },
  UntagUser: { access: 'write', resource: targetUserResource, run: untagUser },
  ListUserTags: { access: 'read', resource: targetUserResource, run: listUserTags },
};

function tagUser(call: Call): undefined {
  const { tags } = targetUser(call);
  const added = memberFields(call, 'Tags').map((fields) => ({
    key: checkedText(fields.Key, 'key', 1, KEY_LENGTH_MAX),
    value: checkedText(fields.Value, 'value', 0, VALUE_LENGTH_MAX),
  }));
  const names = new Set([...tags.keys(), ...added.map(({ key }) => key.toLowerCase())]);
  if (names.size > TAGS_PER_USER_MAX) throw quotaExceeded('TagsPerUser', TAGS_PER_USER_MAX);
  for (const tag of added) tags.set(tag.key.toLowerCase(), tag);
}

function untagUser(call: Call): undefined {
  const { tags } = targetUser(call);
  for (const key of memberTexts(call, 'TagKeys')) tags.delete(key.toLowerCase());
}

function listUserTags(call: Call): ResultFields {
  const sorted = [...targetUser(call).tags.entries()].sort(([left], [right]) =>
    left < right ? -1 : 1,
  );
  const page = pageOf(call, sorted, ([name]) => name);
  return {
    Tags: page.items.map(([, { key, value }]) => ({ Key: key, Value: value })),
    ...page.paging,
  };
}

function checkedText(text: string | undefined, member: string, min: number, max: number): string {
  if (text === undefined) throw constraintError(null, member, 'Member must not be null');
  if (text.length < min || text.length > max) {
    const rule = `Member must have length between ${min} and ${max}`;
    throw constraintError(text, member, rule);
  }
  if (!ALLOWED.test(text)) {
    const rule = 'Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*';
    throw constraintError(text, member, rule);
  }
  if (text.toLowerCase().startsWith('aws:')) {
    throw validationError(`${member} prefixed with 'aws:' is reserved.`);
  }
  return text;
}
