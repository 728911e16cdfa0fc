// The errors of one user, whom the others of the run do not wait for; see error-codes.ts.

import { type ErrorCodeInfo, info } from './error-code-info.ts';

export const USER_ERROR_CODES = {
  'exemption-expired': info(1, 'user', {
    kind: 'block',
    meaning:
      'An exemption of the configuration for the user has ended, and no other holds; nothing was done.',
    remedy: 'Renew it with its owner, or take it out of the file so that a rule governs the user.',
  }),
  'no-rule': info(1, 'user', {
    kind: 'block',
    meaning: 'No rule of the configuration is about the user, and it says `unmatched: fail`.',
    remedy: 'Write a rule or an exemption for the user, or `unmatched: report`.',
  }),
  'place-shared': info(1, 'user', {
    kind: 'block',
    meaning:
      'The configuration gives two users of the account one place, so neither is rotated: each would write over the other.',
    remedy: 'Put `{user}` into the name of the place, or give the users rules of their own.',
  }),
  'user-not-judged': info(1, 'user', {
    kind: 'block',
    meaning:
      'The configuration asks about the user what AWS does not tell: tags, groups, a path, a password. Nothing was done.',
    remedy:
      'Grant iam:GetAccountAuthorizationDetails, and for `has_password` iam:GetCredentialReport.',
  }),
  'hooks-not-known': info(1, 'user', {
    kind: 'block',
    meaning:
      'The rotation began with hooks of a configuration, and this run has none: it would pass them over. The old key was not touched.',
    remedy: 'Run `rotate-iam-keys --config FILE` with the configuration of the rotation.',
  }),
  'hook-failed': info(1, 'user', {
    meaning:
      'A hook of the configuration failed. The rotation stays open, and the old key stays as it was.',
    remedy: 'The message has the reason; mend it, and run again: a later run tries the hook again.',
  }),
  'hook-unanswered': info(1, 'user', {
    kind: 'block',
    meaning:
      'A hook that is not said to be safe to repeat was begun, and nobody knows what came of it.',
    remedy:
      'Look whether it was done, and say so with `keyturn hooks done USER` or `keyturn hooks again USER`.',
  }),
  'no-hook-in-doubt': info(1, 'user', {
    meaning: 'The journal asks nothing about a hook of the user.',
    remedy: 'List with `keyturn hooks` of whom it is asked, and check `--state`.',
  }),
  'retire-vetoed': info(1, 'user', {
    kind: 'block',
    meaning:
      'A hook says that the old key must stay, and its deadline is over, or a person named it. No deadline cuts against a veto.',
    remedy:
      'Settle what stands against it; each run asks again. `keyturn keys deactivate KEY --although-in-use` is the word of a person who knows better.',
  }),
  'watch-red': info(1, 'user', {
    meaning:
      'An `after_retire` hook saw something go wrong once the old key was Inactive: the rotation is undone, and the run makes no further old key Inactive.',
    remedy: 'Find out who still uses the old key; the next rotation begins when it is due again.',
  }),
  'plan-drifted': info(1, 'user', {
    kind: 'block',
    meaning:
      'The user is not as the plan saw them: a key, a place, a tag, the journal or a use has changed; or the plan was edited and names other steps than are decided. Nothing was done for this user.',
    remedy: 'Look at the difference, then make a new plan: `keyturn plan`.',
  }),
  'not-planned': info(1, 'user', {
    kind: 'block',
    meaning: 'The next step for the user is none that the plan names, so it was not done.',
    remedy: 'Make a new plan, which says what is to be done now: `keyturn plan`.',
  }),
  'in-grace': info(1, 'user', {
    kind: 'block',
    meaning:
      'The old key of the last rotation stays Active until nobody uses it, so there is no room for a new one.',
    remedy:
      'Wait until the time that the hint names, or make the old key Inactive with `keyturn keys deactivate`.',
  }),
  'two-active-keys': info(1, 'user', {
    kind: 'block',
    meaning: 'The user has two Active keys, so there is no room for a new one.',
    remedy:
      'The hint says which key is in use; make the other Inactive with `keyturn keys deactivate`, and delete it once nothing misses it.',
  }),
  'no-free-slot': info(1, 'user', {
    kind: 'block',
    meaning: 'The user has two keys, one of them Inactive, so there is no room for a new one.',
    remedy:
      'Delete the Inactive key with `keyturn keys delete`, or run with `--cleanup-inactive` once it has been Inactive long enough.',
  }),
  'own-key': info(1, 'user', {
    kind: 'block',
    meaning:
      'The due key is the one that signs these calls, or may have opened the session that does: all keys of a user whose session signs. Deactivating it would cut the run off, or the next one.',
    remedy:
      'Run with another principal, such as a role, or say with `--deliver` where its successor goes.',
  }),
  'rotation-in-progress': info(1, 'user', {
    meaning: 'Another process is rotating this user now.',
    remedy: 'Wait for it, then run again.',
  }),
  'key-changed': info(1, 'user', {
    meaning: 'The keys of the user changed between the inventory and the rotation.',
    remedy: 'Nothing was done for this user; run again.',
  }),
  'user-gone': info(1, 'user', {
    meaning: 'The user was deleted while the run was under way.',
    remedy: 'Nothing is left to do for this user.',
  }),
  'user-renamed': info(1, 'user', {
    meaning:
      'The user of a rotation that is not finished, or is to be taken back, has another name now: its keys belong to that name. Nothing was touched.',
    remedy:
      'Give the user its former name until the rotation is over or taken back; or change the key alone under the new name, with `keyturn keys deactivate` or `keyturn keys activate`.',
  }),
  'run-suspended': info(1, 'user', {
    meaning:
      'The machine slept, or its clock was set, between the decision to make a key and the request.',
    remedy: 'Run again: nothing was changed for this user.',
  }),
  'create-refused': info(1, 'user', {
    meaning: 'AWS refused to create a key; no key was made.',
    remedy: 'The message carries AWS’s reason.',
  }),
  'create-unknown': info(1, 'user', {
    meaning:
      'The answer to CreateAccessKey was lost, so a key may exist whose secret nobody holds.',
    remedy:
      'Run again after the time in the hint: AWS shows uses up to four hours late; then the key is removed ' +
      'if nobody has used it, and the rotation goes on. If nobody made it by hand, say so with `--orphan`.',
  }),
  'use-not-shown-yet': info(1, 'user', {
    meaning:
      'A key whose secret was lost is to be deleted, but AWS would not show yet if somebody used it.',
    remedy:
      'Run again after the time in the hint; or say with `--orphan` that nobody made the key by hand.',
  }),
  'needs-operator': info(1, 'user', {
    meaning:
      'An earlier run left this user in a state that only a person can judge; nothing was touched.',
    remedy: 'The message says what is odd; put it right in IAM, then run again.',
  }),
  'place-failed': info(1, 'user', {
    meaning:
      'A service in which secrets live, such as Vault or GitHub, was not reached, or refused a call.',
    remedy: 'The message carries its answer, and the hint which setting is about it.',
  }),
  'nothing-to-undo': info(1, 'user', {
    meaning:
      'The journal knows of no rotation of this user, or of this run, that could be taken back.',
    remedy:
      'Check the user or the ID, and the state directory; `keyturn history` lists what runs did, `keyturn status` what is open.',
  }),
  'was-inactive': info(1, 'user', {
    kind: 'block',
    meaning:
      'The key that an undo would go back to was Inactive before its rotation began: somebody had stopped it.',
    remedy:
      'Leave it if it had leaked. Else make it Active by name with `keyturn keys activate`, and undo then.',
  }),
  'undo-finished': info(1, 'user', {
    meaning: 'An undo that an earlier run left open was finished, and nothing was rotated.',
    remedy: 'Look at the profile, which may hold the old key again; run again to rotate it.',
  }),
  'other-destination': info(1, 'user', {
    meaning: 'A rotation of this user with another destination was begun and is not finished.',
    remedy: 'Run the command that began it again; then this one.',
  }),
  'key-condemned': info(1, 'user', {
    meaning: 'Another run took this one for dead, and is removing the key that it was making.',
    remedy: 'Run again; nothing depends on that key.',
  }),
  'unknown-orphan': info(1, 'user', {
    meaning: 'No rotation that is open asks about the key that `--orphan` names.',
    remedy:
      '`keyturn status` lists what is open; the message of a run names the key that it asks about.',
  }),
  'handoff-failed': info(1, 'user', {
    meaning: 'The new secret could not be stored; a key that was made for it was taken back.',
    remedy: 'Free space in the state directory, or grant what the message names; then run again.',
  }),
  'secret-sealed': info(1, 'user', {
    kind: 'block',
    meaning:
      'The secret of a new key waits in custody, sealed to age recipients, and this run has no identity that opens it. It is kept, and the old key was not touched.',
    remedy:
      'Run again with an identity of one of the recipients: `--custody-identity`. Where nobody has one any more, `keyturn state secret KEY --forget` gives the secret up.',
  }),
  'secret-missing': info(1, 'user', {
    meaning:
      'The new key exists but its secret is not in custody any more; the old key was not touched.',
    remedy:
      'Put the file back and run again. Without it, a person has to judge whether the new key is in use.',
  }),
  'places-left': info(1, 'user', {
    kind: 'block',
    meaning:
      'The key was last delivered to a place that this run would not serve, so its readers would be cut off.',
    remedy:
      'Name that place with `--deliver` too, or say with `--moved-from` that nobody reads it there any more.',
  }),
  'not-deliverable': info(1, 'user', {
    kind: 'block',
    meaning:
      'A destination could not take a new secret, so no key was made, or the one that was made waits.',
    remedy: 'The message says what is missing or odd there; put it right, then run again.',
  }),
  'delivery-failed': info(1, 'user', {
    meaning: 'A destination did not take the new secret; the old key was not touched.',
    remedy: 'The secret is kept in the hand-off file. Repair the destination, then run again.',
  }),
  'not-accepted-yet': info(1, 'user', {
    meaning:
      'AWS did not accept the new key in time, or does not accept a key yet whose secret a place may have; the old key was not touched.',
    remedy:
      'Run again, after the time in the hint if it has one: the rotation goes on where it stopped.',
  }),
  'proof-denied': info(1, 'user', {
    meaning:
      'A policy forbids the new key to ask AWS who it is (sts:GetCallerIdentity), so it cannot be proved to work. No place was given it, and it was deleted again; the old key was not touched.',
    remedy:
      'The hint says which policy denies it, such as that of a VPC endpoint: allow it there, or run where the call takes another way.',
  }),
  'wrong-identity': info(1, 'user', {
    meaning: 'The new key signs as another user than the one rotated; the old key was not touched.',
    remedy: 'This should never happen; look at the user in the IAM console before anything else.',
  }),
  'still-in-use': info(1, 'user', {
    meaning:
      'The key was used within its quiet time, or after it was replaced, or AWS cannot know yet; it stays Active.',
    remedy:
      'Give another key to whatever still uses this one, and try later. `keyturn keys deactivate` takes `--although-in-use`.',
  }),
  'held-by-place': info(1, 'user', {
    meaning:
      'A place gives the key to its readers, or cannot be read, so the key is not made Inactive or deleted.',
    remedy:
      'Put the pair of the other key there. If nobody reads it there, `keyturn keys deactivate` takes `--although-in-use`, and `keyturn keys delete` takes `--although-held`.',
  }),
  'not-inactive': info(1, 'user', {
    kind: 'block',
    meaning: 'The key that is to be deleted is Active.',
    remedy: 'Make it Inactive first, and delete it once nothing has missed it for 30 days.',
  }),
  'on-hold': info(1, 'user', {
    kind: 'block',
    meaning: 'The key has not been Inactive for long enough: it is kept as the way back.',
    remedy: 'Delete it after the time in the hint, or end the hold with `--although-held`.',
  }),
  'only-active-key': info(1, 'user', {
    kind: 'block',
    meaning:
      'The key that is to be made Inactive is the only Active one of its user, who could not work any more.',
    remedy:
      'Replace it with `keyturn rotate`, or take the user off the air with `--although-only-active`.',
  }),
  'only-key': info(1, 'user', {
    kind: 'block',
    meaning: 'The key that is to be deleted is the only one of its user.',
    remedy: 'Leave it Inactive, or delete it in IAM, with the user if nobody needs that any more.',
  }),
  'last-use-unknown': info(1, 'user', {
    meaning:
      'The last use of a key cannot be read, so it is not made Inactive, or not deleted when it is.',
    remedy: 'Grant iam:GetAccessKeyLastUsed.',
  }),
  'notification-failed': info(1, 'user', {
    meaning:
      'Somebody who was to be told could not be: a channel of `notify:` took no message. What the run did to keys is done, and its exit code does not change; `keyturn notify test` fails with it.',
    remedy:
      'The message says which channel and why. The next run tells it again; `keyturn notify test` sends a message for trying.',
  }),
  'journal-write': info(1, 'user', {
    meaning: 'The journal cannot be written, so nothing more is done for this user.',
    remedy: 'Free space in the state directory, or grant what the message names; then run again.',
  }),
  'trail-write': info(1, 'user', {
    meaning:
      'The audit trail cannot be written, so no change of a key is begun. What was begun is recorded, and is in the trail once it can be written.',
    remedy: 'Free space in the state directory, or grant what the message names; then run again.',
  }),
} as const satisfies Record<string, ErrorCodeInfo>;
