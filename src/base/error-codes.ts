// Every error a user can meet. docs/errors.md is generated from this table, so `meaning` and
// `remedy` are written for the reader of that page. What a code says about the rest of the run is a
// column here too; no other file keeps a list of codes.

import { type ErrorCodeInfo, info } from './error-code-info.ts';

export type { ErrorKind, ExitCode, Scope } from './error-code-info.ts';

export const ERROR_CODES = {
  // Bad input: nothing was sent to AWS.
  'unknown-flag': info(2, 'run', {
    meaning: 'A flag is not known, or is known with another spelling.',
    remedy: 'Compare with `--help`; the closest flag is suggested.',
  }),
  'bad-value': info(2, 'run', {
    meaning: 'A flag, a variable or a setting of a profile has a value that it does not take.',
    remedy: 'The message says which values are taken.',
  }),
  'repeated-flag': info(2, 'run', {
    meaning: 'A flag was given twice.',
    remedy: 'Keep one of them.',
  }),
  'conflicting-flags': info(2, 'run', {
    meaning: 'Two flags contradict each other.',
    remedy: 'Keep one of them.',
  }),
  'stray-argument': info(2, 'run', {
    meaning: 'A word on the command line belongs to no flag.',
    remedy: 'Quote values that contain spaces, or remove the word.',
  }),
  'unknown-command': info(2, 'run', {
    meaning: 'The command is not known.',
    remedy: 'Compare with `--help`.',
  }),
  'no-profile': info(2, 'run', {
    meaning: 'No profile was named, and there is no terminal to choose one in.',
    remedy:
      'Name it: `keyctl PROFILE`, or `keyctl -a AUTH -t TARGET`; `keyctl -l` lists the profiles.',
  }),
  'not-confirmed': info(2, 'run', {
    meaning: 'Something is deleted only when somebody agrees, and there is no terminal to ask in.',
    remedy: 'Look at what would be deleted with `--dry-run`, then agree with `--yes`.',
  }),
  'log-file': info(2, 'run', {
    meaning: 'The log file cannot be opened for writing.',
    remedy: 'Choose another path for `--log-file`.',
  }),

  'file-not-understood': info(2, 'run', {
    meaning: 'The credentials file has a line that AWS tools read differently, or wrongly.',
    remedy: 'The message names it; the hint says what puts it right. Nothing was changed.',
  }),
  'not-rotatable': info(2, 'run', {
    meaning: 'The profile holds no long-term access key in the credentials file.',
    remedy: 'The message says what it holds instead; rotate the profile that has the key.',
  }),

  // Could not start: nothing was changed.
  'credentials-file': info(3, 'user', {
    meaning: 'The credentials file cannot be read or written.',
    remedy: 'The message says why, and the hint whether the file is as it was.',
  }),
  'unknown-owner': info(3, 'user', {
    meaning: 'AWS does not tell which IAM user has the key.',
    remedy:
      'Name the user with `--user`, or grant iam:GetAccessKeyLastUsed and iam:ListAccessKeys.',
  }),
  'report-unusable': info(3, 'account', {
    meaning: 'The credential report of the account cannot be used.',
    remedy:
      'The message says why. With `--inventory auto`, the default, all users are read one by one instead.',
  }),
  'no-credentials': info(3, 'run', {
    meaning: 'No AWS credentials were found.',
    remedy:
      'Name a profile with `--profile`, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run where a role is attached.',
  }),
  'unknown-profile': info(3, 'run', {
    meaning: 'The profile is in neither the credentials file nor the config file.',
    remedy: 'Check the spelling; the hint lists the profiles that exist.',
  }),
  'expired-token': info(3, 'run', {
    meaning: 'The session that signs the calls has expired.',
    remedy: 'Sign in again (for SSO: `aws sso login`), then repeat the command.',
  }),
  'invalid-credentials': info(3, 'run', {
    meaning: 'AWS does not accept the access key that signs the calls.',
    remedy:
      'The key may be deleted, Inactive, or belong to another partition than the region given.',
  }),
  'mfa-refused': info(3, 'run', {
    meaning: 'AWS does not accept the code of the MFA device.',
    remedy:
      'Each code is taken once: wait for the next one. The message carries AWS’s reason; `mfa_serial` of the profile must be the device of the user who signs.',
  }),
  'root-key': info(3, 'user', {
    meaning:
      'The profile holds an access key of the account’s root user, which nothing should use.',
    remedy:
      'Give whatever uses it an IAM role or an IAM user of its own, then delete the key; the hint has the command.',
  }),
  'clock-skew': info(3, 'run', {
    meaning: "This machine's clock differs from AWS's by more than AWS allows.",
    remedy: 'Set the clock (for example with NTP), then repeat the command.',
  }),
  'wrong-region': info(3, 'account', {
    meaning: 'AWS does not know the region, or it is of another partition than the credentials.',
    remedy:
      'Leave `--region` out for the commercial partition, or name a region of the right partition.',
  }),
  'endpoint-unreachable': info(3, 'user', {
    meaning: 'The AWS endpoint does not answer.',
    remedy: 'The message names what stands in the way: the network, a proxy, or a certificate.',
  }),
  'endpoint-guard': info(3, 'run', {
    meaning:
      'KEYTURN_ENDPOINT_GUARD=loopback is set and the endpoint is not on this machine; or KEYTURN_SANDBOX is set and the endpoint is another than that sandbox.',
    remedy: 'Set AWS_ENDPOINT_URL to the sandbox, or unset the variable that the message names.',
  }),
  'no-sandbox': info(3, 'run', {
    meaning: 'Nothing answers where KEYTURN_SANDBOX says, or something that is no sandbox.',
    remedy: 'Start `keyturn sandbox` and paste the lines that it prints, or unset KEYTURN_SANDBOX.',
  }),
  'endpoint-insecure': info(3, 'run', {
    meaning:
      'An endpoint on another machine is reached without encryption: new secrets would travel in clear.',
    remedy: 'Use https; http is for endpoints on this machine. The message names the setting.',
  }),
  'no-organization': info(3, 'run', {
    meaning: 'The account of the caller is in no AWS organization.',
    remedy: 'Leave `--organization` out, or name the accounts with `--accounts`.',
  }),
  'unknown-user': info(3, 'user', {
    meaning: 'No IAM user of that name exists in the account.',
    remedy: 'Check the spelling and the account.',
  }),
  'state-dir': info(3, 'account', {
    meaning:
      'The state directory cannot be used: it is read-only or full, or somebody else could have written it or put another one in its place. Commands that only read are told the latter too.',
    remedy: 'Choose another with `--state-dir`, or repair what the message names (0700).',
  }),
  'custody-not-lasting': info(2, 'run', {
    meaning:
      'No place gets the new secrets, and the state directory, which alone would keep them, does not last: it is in memory, on a hosted runner, in a container and on no volume, or in the /tmp of a Lambda function. AWS was not asked.',
    remedy:
      'Say with `--deliver` where they go, name a directory that lasts with `--state-dir`, or accept that they can be lost with `--accept-volatile-state`.',
  }),
  'no-node': info(3, 'run', {
    meaning: 'The gateway found no Node.js that is new enough to run the service.',
    remedy:
      'Install Node.js 20.12 or newer on the runner, or keep `requirements.txt` in the service.',
  }),
  'journal-newer': info(3, 'account', {
    meaning: 'The journal was written by a newer version of keyturn.',
    remedy: 'Use that version, or a newer one.',
  }),
  'journal-damaged': info(3, 'account', {
    meaning: 'A line in the middle of the journal cannot be read.',
    remedy: 'Restore the file from a backup, or remove the line that the message names.',
  }),

  // Either: exit 3 when it stops the run before it starts, 1 when it stops one user.
  'access-denied': info(3, 'user', {
    meaning: 'The caller lacks a permission.',
    remedy: 'Grant the permission that the message names.',
  }),
  throttled: info(1, 'user', {
    meaning: 'AWS kept refusing calls because of their rate.',
    remedy: 'Run again later.',
  }),
  'aws-error': info(1, 'user', {
    meaning: 'AWS answered with an error that keyturn does not treat specially.',
    remedy: 'The message carries AWS’s code and text.',
  }),

  // One account failed; the others went on.
  'cannot-enter-account': info(1, 'account', {
    meaning: 'AWS refused the role through which an account is entered; nothing was done there.',
    remedy:
      'The role must exist in the account and trust the caller; or leave the account out with `--exclude-accounts`.',
  }),
  'unknown-account': info(1, 'account', {
    meaning: 'An account that `--accounts` names is not in the organization.',
    remedy: 'Check the ID; without `--organization`, accounts outside it are entered too.',
  }),

  'which-key': info(3, 'account', {
    meaning: 'A user was named whose key is to be rotated, and it is not clear which one is meant.',
    remedy: 'Name the key by its ID; the message lists the Active ones.',
  }),

  // One user failed; the others went on.
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
      'The user of a rotation that is not finished has another name now: its keys belong to that name. Nothing was touched.',
    remedy:
      'Give the user its former name until the rotation is over, or end it under the new name with `keyturn keys deactivate`.',
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
  'nothing-to-undo': info(1, 'user', {
    meaning:
      'The journal knows of no rotation of this user, or of this run, that could be taken back.',
    remedy:
      'Check the user or the ID, and the state directory; `keyturn history` lists what runs did, `keyturn status` what is open.',
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
    meaning: 'The new secret could not be stored on disk; the new key was taken back.',
    remedy: 'Free space in the state directory, then run again.',
  }),
  'secret-missing': info(1, 'user', {
    meaning:
      'The new key exists but its secret is not in the hand-off any more; the old key was not touched.',
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
  'journal-write': info(1, 'user', {
    meaning: 'The journal cannot be written, so nothing more is done for this user.',
    remedy: 'Free space in the state directory, then run again.',
  }),
  'time-limit': info(1, 'run', {
    kind: 'stop',
    meaning: 'The time given with `--timeout` was over before this user was done.',
    remedy: 'Run again: what is open goes on where it stopped.',
  }),
  cancelled: info(130, 'run', {
    meaning: 'The person left, or said no; nothing was changed.',
    remedy: 'Nothing.',
  }),
  interrupted: info(130, 'run', {
    kind: 'stop',
    meaning: 'The run was interrupted.',
    remedy: 'Run again: what is open is resumed.',
  }),
  'output-closed': info(1, 'run', {
    meaning: 'The reader of stdout went away before the whole result was written.',
    remedy: 'No secret is lost: each is in the hand-off file that stderr names.',
  }),
  internal: info(1, 'user', {
    meaning: 'A fault in keyturn itself.',
    remedy: 'Please report it.',
  }),
} as const satisfies Record<string, ErrorCodeInfo>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** For texts from outside, such as the codes in a report. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}
