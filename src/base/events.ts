// What the engine has to say while it works. The engine never prints: it emits these, and a host
// (the command line, a test, a service) decides what becomes of them. Every kind is declared
// here, with its level and its payload; payloads hold key IDs but never a secret (I8).

import type { AccessKeyId } from './access-key-id.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Which part of the work changed a key (I16). */
export type ChangedBy =
  | 'rotation'
  | 'clean-up'
  | 'recovery'
  | 'undo'
  | 'finish'
  | 'making-room'
  /** A person named the key. */
  | 'operator';

/** By what a key was changed, and why. */
interface Changed {
  readonly by: ChangedBy;
  readonly why: string;
}

/** What was done to a key. */
export type KeyChangeWord = 'created' | 'deactivated' | 'reactivated' | 'deleted';

/** An old key that stays Active for now. */
interface OldKeyInGrace {
  user: string;
  keyId: AccessKeyId;
  newKeyId: AccessKeyId;
  /** `in-use`, `use-unknown` or `signs-calls`. */
  why: string;
  quietDays: number;
  /** ISO 8601, `never` or `unknown`. */
  lastUsed: string;
  /** What it was used for, where AWS tells. */
  service?: string;
  region?: string;
  /** Whether its readers have used the new key; null where AWS does not tell. */
  isNewKeyUsed: boolean | null;
  /** When it may go if nobody uses it any more; null where time alone does not lead there. */
  notBefore: string | null;
  /** When it goes whatever uses it; null without --retire-deadline-days. */
  deadline: string | null;
}

interface EventPayloads {
  'run-started': {
    /** As the journal names it. */
    run: string;
    account: string;
    caller: string;
    dryRun: boolean;
    daysThreshold: number;
  };
  /** Whose credentials sign, where, and how AWS is reached; before anybody is asked. */
  signing: {
    signedBy: string;
    region: string;
    /** Without user and password. */
    proxy?: string;
    /** The setting that names the authorities; those whom Node trusts when left out. */
    trust?: string;
  };
  'report-progress': { waitedMs: number };
  /** The credential report, the time at which AWS made it, and whose keys are read because of it. */
  'report-read': { generatedAt: string; users: number; shortlisted: number };
  /** All users are read one by one instead. */
  'report-unusable': { errorCode: string; reason: string };
  /** AWS does not tell how many users there are, so a report that leaves some out would not be noticed. */
  'report-not-compared': { errorCode: string; reason: string };
  /** GetAccountAuthorizationDetails does not tell who the users are, or not of all: ListUsers is asked. */
  'details-unusable': { errorCode: string; reason: string };
  /** AWS does not tell how many users there are, so details that leave some out would not be noticed. */
  'details-not-compared': { errorCode: string; reason: string };
  /** The root user of the account has an Active key. Nothing is ever done about that one. */
  'root-key-active': { account: string };
  /** Several accounts: these are told beside what happens in each of them. */
  'accounts-started': { run: string; caller: string; dryRun: boolean };
  'account-started': { caller: string };
  'account-read': { users: number; keys: number; due: number };
  /** `total` is null until the list of accounts has been read to its end. */
  'account-done': {
    account: string;
    users: number;
    keys: number;
    done: number;
    total: number | null;
  };
  'account-failed': {
    account: string;
    errorCode: string;
    reason: string;
    done: number;
    total: number | null;
  };
  /** AWS refuses every call in an account that is suspended or closed. */
  'account-skipped': { account: string; state: string };
  /** The operator said that it is not entered. */
  'account-spared': { account: string; because: string };
  /** A configuration asks about an account what nobody tells, so it is not entered. */
  'account-not-judged': { account: string; reason: string };
  /** Accounts that the end of the run met: they are left for the next one. */
  'accounts-left': { accounts: number; isListComplete: boolean; reason: string };
  'inventory-progress': { usersSeen: number; usersRead: number; complete: boolean };
  'inventory-done': { users: number; keys: number; due: number; candidates: number };
  'user-unreadable': { user: string; errorCode: string; reason: string };
  'rotation-started': { user: string; oldKeyId: AccessKeyId };
  'rotation-resumed': { user: string; oldKeyId: AccessKeyId; phase: string };
  'key-created': { user: string; newKeyId: AccessKeyId } & Changed;
  /** A secret or a parameter that did not exist; nothing is in it yet. */
  'place-made': { user: string; kind: string; place: string };
  /** In a dry run: it would be made. */
  'place-foretold': { user: string; kind: string; place: string };
  /** Something about a place that does not keep it from having the pair, and may keep its readers from it. */
  'place-remarked': { user: string; kind: string; place: string; remark: string };
  'secret-stored': { user: string; newKeyId: AccessKeyId; path: string };
  'secret-delivered': { user: string; newKeyId: AccessKeyId; kind: string; place: string };
  /** Of so many users, with keyturn verify. */
  'places-read': { done: number; total: number };
  /** Places of a kind that were looked into for keys, and those that could not be read. */
  'places-listed': { kind: string; read: number; unread: number };
  /** A place that is not as its rotation left it, looked at between rotations. */
  'place-wrong': { user: string; kind: string; place: string; state: string; reason: string };
  /** It was given the key again. */
  'place-healed': { user: string; keyId: AccessKeyId; kind: string; place: string; from: string };
  /** A file of the user's was rewritten; what it held before is in the backup. */
  'backup-made': { path: string; backup: string };
  /** Numbers of records. */
  'journal-compacted': { before: number; after: number };
  /** The audit trail could not be written to its end; the next run does it from the journal. */
  'trail-behind': { reason: string };
  /** It is not as it was written: no run continues it, and no change is announced. */
  'trail-stopped': { reason: string };
  /** A plain hand-off file was to go, and stays: its places may not have the secret, or the disk fails. */
  'handoff-kept': { user: string; newKeyId: AccessKeyId; path: string; reason: string };
  'handoff-removed': { user: string; newKeyId: AccessKeyId; path: string };
  'waiting-for-key': { user: string; newKeyId: AccessKeyId; waitedMs: number };
  'key-verified': { user: string; newKeyId: AccessKeyId; checks: number };
  'key-deactivated': { user: string; keyId: AccessKeyId } & Changed;
  'key-reactivated': { user: string; keyId: AccessKeyId } & Changed;
  /** The old key of a rotation stays Active: whether anybody uses it is not known yet (I15). */
  'old-key-waits': OldKeyInGrace;
  /** The same, and somebody used it after its successor was delivered, or nobody can tell. */
  'old-key-in-use': OldKeyInGrace;
  /** A key that an undo took back may be in use. */
  'key-left-active': { user: string; keyId: AccessKeyId; reason: string };
  'key-deleted': { user: string; keyId: AccessKeyId } & Changed;
  /** A change whose answer was lost, or came to a run that ended before it could say so. */
  'change-found': { user: string; keyId: AccessKeyId; change: KeyChangeWord } & Changed;
  /** A dry run: a key that recovery would delete. */
  'deletion-foretold': { user: string; keyId: AccessKeyId } & Changed;
  /** A dry run: a key that recovery would make Active again. */
  'reactivation-foretold': { user: string; keyId: AccessKeyId } & Changed;
  /** A dry run: a change that was made, and that the run would find and tell. */
  'finding-foretold': { user: string; keyId: AccessKeyId; change: KeyChangeWord } & Changed;
  'orphan-found': { user: string; keyId: AccessKeyId };
  /** The operator has said that nobody made the key by hand. */
  'orphan-named': { user: string; keyId: AccessKeyId };
  /** It may come from a request of ours whose answer was lost, and may not be deleted (yet). */
  'key-unexplained': { user: string; keyId: AccessKeyId; reason: string };
  'rotation-done': { user: string; oldKeyId: AccessKeyId; newKeyId: AccessKeyId };
  /** A hook of the configuration did what it was asked, or saw nothing wrong. */
  'hook-done': { user: string; on: string; hook: string; outcome: string; reason: null | string };
  /** It failed, said no, or saw something go wrong. */
  'hook-not-done': {
    user: string;
    on: string;
    hook: string;
    outcome: string;
    reason: null | string;
  };
  /** An old key is Inactive, and it is looked at what comes of that. */
  'watch-begun': { user: string; keyId: AccessKeyId; until: string };
  /** The key cannot be rotated before a person frees a slot, or runs with another principal. */
  'rotation-blocked': { user: string; errorCode: string; reason: string };
  /** Several rotations are to be taken back. */
  'undo-started': {
    run: string;
    account: string;
    caller: string;
    dryRun: boolean;
    rotations: number;
  };
  'undo-progress': { user: string; done: number; total: number };
  /** A rotation that could not be taken back; the others go on. */
  'undo-failed': { user: string; errorCode: string; reason: string };
  /** Rotations that the end of the run met: they stay as they are. */
  'undos-left': { rotations: number; reason: string };
  'rotation-undone': { user: string; activeKeyId: AccessKeyId; keyId: AccessKeyId };
  /** An open rotation came to its end without a new key in use. */
  'rotation-closed': { user: string; reason: string };
  'rotation-failed': { user: string; errorCode: string; reason: string };
  'user-done': { user: string; done: number; total: number };
  /** Every now and then, where no bar shows it: how far the phase is. */
  progress: {
    phase: string;
    done: number;
    total: number;
    perSecond: number;
    throttled: boolean;
    secondsLeft: number | null;
  };
  'call-throttled': { operation: string; attempt: number };
  /** A request to AWS leaves; counted, and not logged. */
  'call-sent': { operation: string };
  /** What is told after a run: to whom, or why not. None of it changes what the run has done. */
  'metrics-written': { to: string };
  'metrics-not-written': { to: string; reason: string };
  'metrics-remarked': { to: string; remark: string };
  notified: { channel: string; to: string | null; subject: string };
  'notification-failed': { channel: string; to: string | null; reason: string };
  /** In a dry run: it would be sent. */
  'notification-foretold': { channel: string; to: string | null; subject: string };
  /** What was said before is not known, so nothing is said again. */
  'notices-unreadable': { reason: string };
  'run-stopping': { reason: string };
  /** The run as a whole ended with an error. */
  'run-failed': { errorCode: string; reason: string };
  /** Users whom the end of the run met: they are left for the next one. */
  'users-left': { users: number; reason: string };
  /** AWS does not describe all users at once, so those who may have something to do are asked about. */
  'users-read-singly': { errorCode: string; reason: string };
  /** A configuration asks about users what AWS does not tell. */
  'users-not-described': { errorCode: string; reason: string };
  /** The rule of the configuration that governs a user, and the line of its name. */
  'user-governed': { user: string; rule: string; line: number };
  /** An exemption has ended, and another one holds for the user. */
  'exemption-ended': { user: string; owner: string; until: string };
  /** Nothing new is begun for a user now, and that is no failure. */
  'user-held-back': { user: string; reason: string; because: string; notBefore: string | null };
  /** A dry run's result. */
  'plan-done': { wouldRotate: number; blocked: number; wouldDelete: number; durationMs: number };
  'run-done': { rotated: number; failed: number; deleted: number; durationMs: number };
}

export type EventCode = keyof EventPayloads;

export const EVENT_LEVELS: Record<EventCode, LogLevel> = {
  'run-started': 'info',
  signing: 'info',
  'report-progress': 'debug',
  'report-read': 'debug',
  'report-unusable': 'warn',
  'report-not-compared': 'debug',
  'details-unusable': 'warn',
  'details-not-compared': 'debug',
  'root-key-active': 'warn',
  'accounts-started': 'info',
  'account-started': 'debug',
  'account-read': 'debug',
  'account-done': 'info',
  'account-failed': 'error',
  'account-skipped': 'info',
  'account-spared': 'info',
  'account-not-judged': 'error',
  'accounts-left': 'warn',
  'inventory-progress': 'debug',
  'inventory-done': 'info',
  'user-unreadable': 'warn',
  'rotation-started': 'debug',
  'rotation-resumed': 'warn',
  'key-created': 'info',
  'place-made': 'info',
  'place-foretold': 'info',
  'place-remarked': 'warn',
  'secret-stored': 'info',
  'secret-delivered': 'debug',
  'places-read': 'debug',
  'places-listed': 'debug',
  'place-wrong': 'warn',
  'place-healed': 'info',
  'backup-made': 'debug',
  'journal-compacted': 'info',
  'trail-behind': 'warn',
  'trail-stopped': 'error',
  'handoff-kept': 'warn',
  'handoff-removed': 'debug',
  'waiting-for-key': 'debug',
  'key-verified': 'debug',
  'key-deactivated': 'info',
  'key-reactivated': 'info',
  'old-key-waits': 'info',
  'old-key-in-use': 'warn',
  'key-left-active': 'warn',
  'key-deleted': 'info',
  'change-found': 'info',
  'deletion-foretold': 'info',
  'reactivation-foretold': 'info',
  'finding-foretold': 'info',
  'orphan-found': 'warn',
  'orphan-named': 'warn',
  'key-unexplained': 'warn',
  'rotation-done': 'info',
  'hook-done': 'info',
  'hook-not-done': 'warn',
  'watch-begun': 'info',
  'rotation-blocked': 'warn',
  'undo-started': 'info',
  'undo-progress': 'debug',
  'undo-failed': 'error',
  'undos-left': 'warn',
  'rotation-undone': 'info',
  'rotation-closed': 'info',
  'rotation-failed': 'error',
  'user-done': 'debug',
  progress: 'info',
  'call-throttled': 'debug',
  'call-sent': 'debug',
  'metrics-written': 'debug',
  'metrics-not-written': 'warn',
  'metrics-remarked': 'warn',
  notified: 'info',
  'notification-failed': 'warn',
  'notification-foretold': 'debug',
  'notices-unreadable': 'warn',
  'run-stopping': 'warn',
  'run-failed': 'error',
  'users-left': 'warn',
  'users-read-singly': 'info',
  'users-not-described': 'warn',
  'user-governed': 'debug',
  'exemption-ended': 'warn',
  'user-held-back': 'info',
  'plan-done': 'info',
  'run-done': 'info',
};

export type EngineEvent = {
  [Code in EventCode]: {
    readonly code: Code;
    /** Where it happened, when the run is about several accounts. */
    readonly account?: string;
  } & Readonly<EventPayloads[Code]>;
}[EventCode];

/** Receives events. It must not throw and must not block. */
export type EventSink = (event: EngineEvent) => void;
