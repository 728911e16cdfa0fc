// What happened to each key, told by the request log of the practice AWS alone: keyturn has no part in it.

import { wholeDaysBetween } from '../../src/base/clock.ts';
import type { LoggedRequest } from '../../src/sandbox/index.ts';
import { ScriptError } from '../support/script-error.ts';

/** The life of a key that was replaced, as far as AWS was asked to change it. */
export interface KeyStory {
  readonly user: string;
  readonly keyId: string;
  /** When a new key was made for the user. */
  readonly replacedAt: Date;
  readonly inactiveAt: Date | undefined;
  readonly deletedAt: Date | undefined;
}

/** The story of the given keys. Throws a ScriptError when a user did not get exactly one new key. */
export function storiesOf(
  keys: readonly { readonly user: string; readonly keyId: string }[],
  requests: readonly LoggedRequest[],
): readonly KeyStory[] {
  const done = requests.filter((request) => request.done);
  return keys.map(({ user, keyId }) => {
    const made = done.filter(
      ({ operation, params }) => operation === 'CreateAccessKey' && params.UserName === user,
    );
    const [first] = made;
    if (first === undefined || made.length > 1) {
      throw new ScriptError(`${user} was to get one new key, and got ${made.length}`);
    }
    const ofKey = done.filter(({ params }) => params.AccessKeyId === keyId);
    const off = ofKey.filter(
      ({ operation, params }) => operation === 'UpdateAccessKey' && params.Status === 'Inactive',
    );
    const gone = ofKey.filter(({ operation }) => operation === 'DeleteAccessKey');
    return {
      user,
      keyId,
      replacedAt: new Date(first.at),
      inactiveAt: dateOf(off.at(-1)),
      deletedAt: dateOf(gone.at(-1)),
    };
  });
}

function dateOf(request: LoggedRequest | undefined): Date | undefined {
  return request === undefined ? undefined : new Date(request.at);
}

/** A table: a row for each key, with the days on which things happened. */
export function storyTable(
  stories: readonly KeyStory[],
  startedAt: Date,
  refused: ReadonlyMap<string, string>,
): readonly string[] {
  const day = (time: Date | undefined): string =>
    time === undefined ? '-' : `day ${wholeDaysBetween(startedAt, time)}`;
  const rows = [
    ['user', 'new key', 'old Inactive', 'old deleted', 'held', 'calls refused'],
    ...stories.map((story) => [
      story.user,
      day(story.replacedAt),
      story.inactiveAt === undefined ? 'still Active' : day(story.inactiveAt),
      day(story.deletedAt),
      story.inactiveAt === undefined || story.deletedAt === undefined
        ? '-'
        : `${wholeDaysBetween(story.inactiveAt, story.deletedAt)} days`,
      refused.get(story.user) ?? 'nothing called',
    ]),
  ];
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
