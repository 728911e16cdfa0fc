// Why a key cannot be rotated now, and what its owner can do about it.

import { minuteOf } from '../base/clock.ts';
import { type ErrorDetails, KeyturnError } from '../base/errors.ts';
import { type Command, command, type Hint, type HintPart, partsOf } from '../base/hint.ts';
import { deletion, keyCommand, keysCommand, undoCommand } from '../base/key-command.ts';
import { flagWords } from '../base/shell-words.ts';
import type { Next, UserDecision } from '../lifecycle/decide-user.ts';
import { judgeLeft } from '../lifecycle/judge-left.ts';
import { type AccessKey, type KeyDetails, LAST_USE_LAG_MS } from '../lifecycle/keys.ts';
import type { JournaledTarget } from '../lifecycle/record.ts';
import { ownKeyError } from '../lifecycle/signer.ts';
import type { RemovableKey } from '../lifecycle/slot.ts';
import { stopLeakedAdvice, type TwoKeysFacts, twoKeysAdvice } from '../lifecycle/two-keys.ts';
import { deliverWords } from './deliver-words.ts';
import { describeKey } from './key-details.ts';
import { usesOfKey } from './key-uses.ts';
import { leftFacts } from './left-active.ts';
import { cleanUpFrom, inactiveKeyHint, roomHint } from './room-hint.ts';
import type { UserAtHand } from './user-work.ts';

type Refused = Exclude<Next, { readonly kind: 'nothing' | 'rotate' }>;
type Blocked = Extract<Next, { readonly kind: 'blocked' }>;
type NoRoom = Extract<Next, { readonly kind: 'no-room' }>;

/**
 * The decision not to rotate, for its reader. A key that takes the room and may be an orphan of ours goes
 * by itself, so nothing else is advised.
 */
export function refusalOf(
  next: Refused,
  at: UserAtHand,
  unexplained?: UserDecision['unexplained'],
): KeyturnError {
  const refusal = refusedFor(next, at);
  const isAboutRoom = next.kind === 'no-room' || next.kind === 'blocked';
  if (unexplained?.hint === undefined || !isAboutRoom || refusal.code === 'own-key') return refusal;
  const { keyId, hint } = unexplained;
  return new KeyturnError(refusal.code, refusal.message, {
    hint: [`${keyId} may come from a lost request of keyturn's`, ...partsOf(hint)],
  });
}

function refusedFor(next: Refused, at: UserAtHand): KeyturnError {
  switch (next.kind) {
    case 'blocked':
      return blockedError(next, at);
    case 'no-room':
      return noRoomError(next, at);
    case 'in-grace':
      return inGraceError(next, at);
    case 'not-deliverable':
      return next.error;
    case 'places-left':
      return placesLeftError(next, at);
    case 'not-theirs':
      return new KeyturnError('key-changed', `${next.keyId} is not a key of ${at.user} any more`, {
        hint: [
          'look at their keys:',
          keysCommand(flagWords('--user', at.user), at.account.policy.reach),
        ],
      });
  }
}

function blockedError(blocked: Blocked, at: UserAtHand): KeyturnError {
  const { user, account } = at;
  const { reason, keys, oldKey } = blocked;
  if (reason === 'own-key') return ownKeyError(user, oldKey.id);
  const now = account.clock.now();
  const described = keys.map((key) => describeKey(key, now)).join(' and ');
  if (reason === 'two-active-keys') {
    return new KeyturnError(
      reason,
      `${user} has two Active keys: ${described}; there is no room for a new one`,
      undoneBefore(keys, at) ?? {
        hint: twoKeysAdvice(keys, twoKeysFacts(at)),
      },
    );
  }
  return new KeyturnError(
    reason,
    `${user} has two keys: ${described}; there is no room for a new one`,
    { hint: blockedSlotHint(blocked, at) },
  );
}

function twoKeysFacts(at: UserAtHand): TwoKeysFacts {
  const { history, account } = at;
  const usesOf = (key: AccessKey) => usesOfKey(key, at);
  return { history, usesOf, now: account.clock.now(), reach: account.policy.reach };
}

/** After an undo that left the new key Active: by name once it is quiet, else by the same undo. */
function undoneBefore(keys: readonly KeyDetails[], at: UserAtHand): ErrorDetails | undefined {
  const { user, account, history } = at;
  const last = history.latest(() => true);
  const key = last?.phase === 'undone' ? keys.find(({ id }) => id === last.newKeyId) : undefined;
  if (last?.phase !== 'undone' || key === undefined) return undefined;
  const now = account.clock.now();
  const facts = leftFacts({ rotation: last, key }, at);
  const verdict = judgeLeft(facts, now);
  if (verdict.kind === 'used') {
    const { at: usedAt, quietDays, notBefore } = verdict;
    return {
      hint: [
        `the rotation of ${user} was undone, and ${key.id} was used at ${minuteOf(usedAt)}; once nothing has used it for ${quietDays} days, from ${minuteOf(notBefore)} on, make it Inactive:`,
        keyCommand('deactivate', key.id, account.policy.reach),
      ],
      notBefore,
    };
  }
  const servedUntil = facts.deliveredAt ?? history.lastRecordAt(last.id);
  const from = new Date(servedUntil.getTime() + LAST_USE_LAG_MS);
  const isOver = now >= from;
  const when = isOver ? '' : ` after ${minuteOf(from)}`;
  return {
    hint: [
      `the rotation of ${user} was undone, and ${last.newKeyId} was left Active because it may be in use`,
      `run this again${when}, and it is made Inactive if nobody used it:`,
      undoCommand(user, account.policy.reach),
    ],
    ...(!isOver && { notBefore: from }),
  };
}

function blockedSlotHint({ keys, freeFrom }: Blocked, { account }: UserAtHand): Hint {
  const inactive = keys.find(({ status }) => status !== 'Active');
  if (inactive === undefined) return 'delete keys in IAM until one is left';
  return inactiveKeyHint(inactive.id, freeFrom, account);
}

function noRoomError(next: NoRoom, at: UserAtHand): KeyturnError {
  const { slot } = next;
  const { policy } = at.account;
  if (slot.kind === 'full') {
    const { way, code = 'no-free-slot', because } = slot;
    if (code === 'two-active-keys' && policy.takesDeliver) return twoActiveError(next, at);
    // A command of the fleet deletes no key to make room: clean-up does, where it was asked for.
    const isHeld = way.kind === 'wait-or-delete' && policy.takesDeliver;
    return new KeyturnError(code, `there is no room for a new key of ${at.user}: ${because}`, {
      hint: isHeld
        ? inactiveKeyHint(way.keyId, cleanUpFrom(way.until, policy), at.account)
        : roomHint(way, policy.reach),
    });
  }
  return wouldHaveToGo(slot, at);
}

/** keyctl asks its person whether the key may go; a command of the fleet asks nobody. */
function wouldHaveToGo(
  { key, because, isIdle }: RemovableKey,
  { user, account }: UserAtHand,
): KeyturnError {
  const { reach, takesDeliver, cleanUpDays } = account.policy;
  const now = account.clock.now();
  const isOver = isIdle && cleanUpDays === undefined;
  return new KeyturnError(
    'no-free-slot',
    `${user} has two keys, and ${key.id} (${because}) would have to go to make room`,
    {
      hint: takesDeliver
        ? inactiveKeyHint(key.id, isOver ? now : undefined, account)
        : [
            'run in a terminal to be asked; or, if nothing needs it, delete it, and run again:',
            deletion(key.id, { isHoldOver: isIdle }, reach),
          ],
    },
  );
}

/** Whoever names one of two Active keys needs no third one: the other is what its readers can have. */
function twoActiveError({ oldKey, keys }: NoRoom, at: UserAtHand): KeyturnError {
  const { user, account } = at;
  const { reach, oldKeyFate } = account.policy;
  const now = account.clock.now();
  const described = keys.map((key) => describeKey(key, now)).join(' and ');
  const isLeaked = oldKeyFate === 'deactivate';
  return new KeyturnError(
    'two-active-keys',
    `${user} has two Active keys: ${described}; there is no room for a new one`,
    isLeaked
      ? { hint: stopLeakedAdvice(keys, oldKey.id, reach) }
      : (undoneBefore(keys, at) ?? { hint: twoKeysAdvice(keys, twoKeysFacts(at)) }),
  );
}

type InGraceNext = Extract<Next, { readonly kind: 'in-grace' }>;

/** The old key has the second slot, and whoever uses it would be cut off (I15). */
function inGraceError({ grace }: InGraceNext, { user, account }: UserAtHand): KeyturnError {
  const { rotation, waiting } = grace;
  const { oldKeyId, newKeyId } = rotation;
  const from = waiting.notBefore;
  const wait = from === undefined ? '' : `run again after ${minuteOf(from)}, or, `;
  return new KeyturnError(
    'in-grace',
    `${user} has no room for a new key: ${newKeyId} took over from ${oldKeyId}, which stays Active until nobody uses it`,
    {
      // I7: the command that ends it would be refused as well.
      hint:
        waiting.why === 'signs-calls'
          ? `${oldKeyId} signs the calls of this run: sign with ${newKeyId}, with a role, or with the key of another user, and run again`
          : [
              `${wait}if you are sure that nobody needs ${oldKeyId}:`,
              keysCommand(['deactivate', oldKeyId, '--although-in-use'], account.policy.reach),
            ],
      ...(from !== undefined && { notBefore: from }),
    },
  );
}

type PlacesLeft = Extract<Next, { readonly kind: 'places-left' }>;

function placesLeftError({ oldKey, places }: PlacesLeft, at: UserAtHand): KeyturnError {
  const named = places.map(({ kind, place }) => `${kind} ${place}`).join(' and ');
  const moved = places.flatMap(({ kind, place }) => ['--moved-from', `${kind}=${place}`]);
  const serve = commandToServe(places, at);
  const orMoved = `${serve === undefined ? '' : 'or, '}if nobody reads it there any more, `;
  return new KeyturnError(
    'places-left',
    `${oldKey.id} of ${at.user} was delivered to ${named}, which this run would not serve: whoever reads it there would be left with a key that stops working`,
    {
      hint: [
        {
          byFlag: [...(serve ?? []), `${orMoved}add:`, command(...moved)],
          inFile: [...servedInFile(places, at), `${orMoved}say so once:`, movedCommand(moved, at)],
        },
      ],
    },
  );
}

/** A run with the configuration that is told so. */
function movedCommand(moved: readonly string[], { user, account }: UserAtHand): Command {
  const { reach, configFile = 'keyturn.yaml' } = account.policy;
  const { before = [], flags } = reach ?? { flags: [] };
  const others = flags.map((flag) => (flag === '--account' ? '--accounts' : flag));
  const words = ['--config', configFile, ...flagWords('--user', user), ...moved, ...others];
  return command(...before, 'rotate-iam-keys', ...words);
}

function servedInFile(
  places: readonly JournaledTarget[],
  { user, account }: UserAtHand,
): readonly HintPart[] {
  const served = deliverWords(places, user, account.gateway.services.region);
  if (served === undefined) return [];
  const list = served.places.map((place) => JSON.stringify(place)).join(', ');
  return ['to serve it, add to the list of its rule:', { command: `deliver: [${list}]` }];
}

/** How the places could be served; undefined where `--deliver` does not take one of them. */
function commandToServe(
  places: readonly JournaledTarget[],
  { user, account }: UserAtHand,
): readonly HintPart[] | undefined {
  const served = deliverWords(places, user, account.gateway.services.region);
  if (served === undefined) return undefined;
  const isKeyctl = !account.policy.takesDeliver;
  const words = [
    ...(isKeyctl ? ['rotate-iam-keys'] : []),
    ...(isKeyctl || !served.isPerUser ? flagWords('--user', user) : []),
    ...served.words,
  ];
  return [isKeyctl ? 'serve it:' : 'to serve it, add:', command(...words)];
}
