// Every error a user can meet. docs/errors.md is generated from this table, so `meaning` and
// `remedy` are written for the reader of that page. What a code says about the rest of the run is a
// column here too; no other file keeps a list of codes.

import { type ErrorCodeInfo, info } from './error-code-info.ts';
import { USER_ERROR_CODES } from './user-error-codes.ts';

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
  'bad-config': info(2, 'run', {
    meaning: 'The configuration file has a mistake, or cannot be read. Nothing was sent to AWS.',
    remedy:
      '`keyturn validate` lists every mistake with its line, its column and what is taken there.',
  }),
  'no-config': info(2, 'run', {
    meaning: 'There is no configuration file, or two of which either could be meant.',
    remedy: 'Name one with `--config` or KEYTURN_CONFIG.',
  }),
  'plan-refused': info(2, 'run', {
    meaning:
      'The plan cannot be applied: it is no plan, was edited, has expired, or was made by another configuration, another version or another state. Nothing was sent to AWS.',
    remedy: 'The message says which; make a new one with `keyturn plan -o plan.json`.',
  }),
  'file-exists': info(2, 'run', {
    meaning: 'A file of that name is there already, and is never written over.',
    remedy: 'Name another with `-o`, or move the one that is there.',
  }),
  'output-file': info(2, 'run', {
    meaning: 'The file that was asked for cannot be written.',
    remedy: 'Choose another place with `-o`.',
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
    mayPass: true,
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
    mayPass: true,
    meaning: "This machine's clock differs from AWS's by more than AWS allows.",
    remedy: 'Set the clock (for example with NTP), then repeat the command.',
  }),
  'wrong-region': info(3, 'account', {
    meaning: 'AWS does not know the region, or it is of another partition than the credentials.',
    remedy:
      'Leave `--region` out for the commercial partition, or name a region of the right partition.',
  }),
  'endpoint-unreachable': info(3, 'user', {
    mayPass: true,
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
    remedy:
      'Start `keyturn sandbox` and paste the lines that it prints; a new terminal leads back to the real AWS.',
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
    mayPass: true,
    meaning:
      'The place of state cannot be used. A directory is read-only or full, or somebody else could have written it or put another one in its place; a table is not there, or the caller may not use it. Commands that only read are told the latter too, and a dry run all that it can see without writing.',
    remedy:
      'Choose another with `--state`, or repair what the message names (0700); `keyturn state check` tells more.',
  }),
  'custody-not-lasting': info(2, 'run', {
    meaning:
      'No place gets the new secrets, and the state directory, which alone would keep them, does not last: it is in memory, on a hosted runner, in the folder of a CI job, in a container and on no volume, or in the /tmp of a Lambda function. AWS was not asked.',
    remedy:
      'Say with `--deliver` where they go, name a directory that lasts with `--state`, or accept that they can be lost with `--accept-volatile-state`.',
  }),
  'no-node': info(3, 'run', {
    meaning: 'The gateway found no Node.js that is new enough to run the service.',
    remedy:
      'Install Node.js 20.12 or newer on the runner, or keep `requirements.txt` in the service.',
  }),
  'state-not-empty': info(3, 'account', {
    meaning: 'Something is kept of that account already where its state was to be copied to.',
    remedy: 'Copy to a place where nothing is; two journals of one account cannot be made one.',
  }),
  'journal-newer': info(3, 'account', {
    meaning: 'The journal was written by a newer version of keyturn.',
    remedy: 'Use that version, or a newer one.',
  }),
  'journal-damaged': info(3, 'account', {
    meaning: 'A record in the middle of the journal cannot be read, or is missing.',
    remedy:
      'Restore the file or the table from a backup, or remove the line that the message names.',
  }),
  'trail-damaged': info(3, 'account', {
    meaning:
      'The audit trail does not end as its last writer left it, so nothing is chained to it.',
    remedy:
      'Find out with keyturn audit verify what became of it. Then restore it from a backup, or keep it elsewhere and let the next run begin a new one.',
  }),
  'checkpoint-invalid': info(3, 'run', {
    meaning: 'It is no checkpoint of an audit trail, or the key that is named did not sign it.',
    remedy: 'Name the checkpoint as it was written, and the verifying key of whoever signed it.',
  }),

  // Either: exit 3 when it stops the run before it starts, 1 when it stops one user.
  'access-denied': info(3, 'user', {
    meaning: 'The caller lacks a permission.',
    remedy: 'Grant the permission that the message names.',
  }),
  throttled: info(1, 'user', {
    mayPass: true,
    meaning: 'AWS kept refusing calls because of their rate.',
    remedy: 'Run again later.',
  }),
  'aws-error': info(1, 'user', {
    mayPass: true,
    meaning: 'AWS answered with an error that keyturn does not treat specially.',
    remedy: 'The message carries AWS’s code and text.',
  }),

  // One account failed; the others went on.
  'cannot-enter-account': info(1, 'account', {
    meaning: 'AWS refused the role through which an account is entered; nothing was done there.',
    remedy:
      'The role must exist in the account and trust the caller. `--role-name` names another one; `--exclude-accounts` leaves the account out of a run.',
  }),
  'unknown-excluded-account': info(2, 'run', {
    meaning:
      'An account that `--exclude-accounts` names is not in the organization, so the account that was meant would not be spared. Only the list of accounts was asked for; none was entered.',
    remedy: 'Check the ID, or leave it out if the account has left the organization.',
  }),
  'account-not-judged': info(1, 'account', {
    meaning:
      'The configuration asks about the account what nobody tells: its unit or its tags. It was not entered.',
    remedy:
      'Grant organizations:ListRoots, ListOrganizationalUnitsForParent and ListAccountsForParent for units, organizations:ListTagsForResource for tags; or name the account by its ID.',
  }),
  'unknown-account': info(1, 'account', {
    meaning: 'An account that `--accounts` names is not in the organization.',
    remedy: 'Check the ID; without `--organization`, accounts outside it are entered too.',
  }),

  'part-unfinished': info(1, 'account', {
    mayPass: true,
    meaning:
      'Of a run that several functions share, nobody came to the end of this account: the function was ended, or never began.',
    remedy:
      'Its log says why. What is open is finished by the next run, or by the same event again.',
  }),

  'which-key': info(3, 'account', {
    meaning: 'A user was named whose key is to be rotated, and it is not clear which one is meant.',
    remedy:
      'Of two Active keys one has to be stopped: there is no room for a third. The message says which; `keyturn keys --user USER` lists them.',
  }),

  // One user failed; the others went on.
  ...USER_ERROR_CODES,
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
