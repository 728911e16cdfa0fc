// The flags of `keyturn audit`, and the pages about them. Light: completion and --help load it.

import { MS_PER_DAY } from '../../../base/clock.ts';
import type { FlagTable } from '../../flags/flag.ts';
import { type HelpForm, renderHelp } from '../../flags/help.ts';
import * as rule from '../../flags/value-rules.ts';
import { ABOUT_FLAGS } from '../../rotate/flags.ts';
import { STATE_FLAGS } from '../state/flags.ts';
import { JSON_FLAG } from '../status.ts';

export const AUDIT_VERBS = ['verify', 'show', 'export', 'checkpoint', 'keygen'] as const;

const SCOPE = 'What it is about';
const SEEN = 'What it is held against';
const OUTPUT = 'What is printed';
const KEPT = 'Where it is kept';
const SIGNED = 'Who signs';

const account = {
  names: ['account'],
  rule: rule.accountId,
  group: SCOPE,
  about: 'Only this account.',
  fallback: 'all accounts that have state',
} as const;

const since = {
  names: ['since'],
  rule: rule.since,
  group: SCOPE,
  about:
    'Only what was done since then: so many days ago (7d), or on a day (2026-11-01) and later.',
  fallback: 'all of it',
} as const;

export const AUDIT_VERIFY_FLAGS = {
  account,
  checkpoint: {
    names: ['checkpoint'],
    rule: rule.oneOf(rule.path),
    group: SEEN,
    isList: true,
    about:
      'A checkpoint that was kept elsewhere, or a folder of them: the trail must begin with what it saw. May be given several times.',
  },
  key: {
    names: ['key'],
    rule: rule.oneOfList(
      'VKEY',
      'audit+1f2e3d4c+AbCd',
      'a verifying key, or the path of a file with one',
    ),
    group: SEEN,
    about:
      'The verifying key of whoever signed the checkpoints, or the path of a file that holds it.',
  },
  anchor: {
    names: ['anchor'],
    rule: rule.path,
    group: SEEN,
    about:
      'A file with what keyturn audit checkpoint --anchor printed: the same without a signature.',
  },
  ...STATE_FLAGS,
  json: JSON_FLAG,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export const AUDIT_SHOW_FLAGS = {
  run: {
    names: ['run'],
    rule: rule.recordedId,
    group: SCOPE,
    about: 'Only what this run did: its ID, or the beginning of that.',
    fallback: 'all runs',
  },
  since,
  account,
  ...STATE_FLAGS,
  json: { ...JSON_FLAG, about: 'Print one JSON object, with every line as it is kept.' },
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export const AUDIT_EXPORT_FLAGS = {
  format: {
    names: ['format'],
    rule: rule.choice(['jsonl', 'cloudevents', 'ocsf']),
    group: OUTPUT,
    about:
      'jsonl: the lines as they are kept. cloudevents: CloudEvents 1.0. ocsf: OCSF 1.8.0, API Activity (6003). One JSON object a line.',
    fallback: 'jsonl',
  },
  since,
  account,
  ...STATE_FLAGS,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

/** Where a signing key is, when no flag says so: the key itself. */
export const KEY_VARIABLE = 'KEYTURN_AUDIT_KEY';

export const AUDIT_CHECKPOINT_FLAGS = {
  account,
  keyFile: {
    names: ['key-file'],
    rule: rule.path,
    group: SIGNED,
    about: 'The file with the signing key, as keyturn audit keygen writes it.',
    fallback: `the key in ${KEY_VARIABLE}`,
  },
  anchor: {
    names: ['anchor'],
    rule: rule.boolean,
    group: SIGNED,
    about: 'Sign nothing: print size, root and head of each trail as one JSON object a line.',
  },
  output: {
    names: ['output'],
    short: 'o',
    rule: rule.path,
    group: KEPT,
    about:
      'A folder in which checkpoints are kept, one file for each account and size. The trail is held against those that are there first.',
    fallback: 'stdout, of one account',
  },
  keep: {
    names: ['keep'],
    rule: rule.integer('N', 1, 100_000, 30),
    group: KEPT,
    about: 'How many checkpoints of an account stay in the folder; the oldest go.',
    fallback: '100',
  },
  ...STATE_FLAGS,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export const AUDIT_KEYGEN_FLAGS = {
  name: {
    names: ['name'],
    rule: rule.word,
    group: SIGNED,
    about:
      'What the key is called in checkpoints and in the verifying key, such as audit.example.com.',
    fallback: 'keyturn-audit',
  },
  output: {
    names: ['output'],
    short: 'o',
    rule: rule.path,
    group: KEPT,
    about: 'The new file for the signing key, readable by its owner alone.',
  },
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export function sinceOf(since: rule.Since | undefined, now: Date): Date | undefined {
  if (since === undefined) return undefined;
  return 'at' in since ? since.at : new Date(now.getTime() - since.days * MS_PER_DAY);
}

export function auditHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn audit',
      summary: 'tells what was decided and done, and proves that nobody changed a line of it.',
      usage: ['keyturn audit verify|show|export|checkpoint|keygen [flags]'],
      description: [
        'Each account has an audit trail beside its journal: one JSON line for every decision and change, each chained to the line before it. A line that was altered, removed, doubled or moved is found. That the end was cut off, or all of it written anew, is found only with a checkpoint that was kept elsewhere. Each command has a page of its own (--help).',
      ],
      flags: { help: ABOUT_FLAGS.help },
      sections: [],
      examples: [
        { about: 'Is every line as it was written?', command: 'keyturn audit verify' },
        {
          about: 'What was done to a key, and who did it?',
          command: 'keyturn audit show AKIAIOSFODNN7EXAMPLE',
        },
      ],
    },
    form,
  );
}

export function auditVerifyHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn audit verify',
      summary: 'checks that each line of the audit trails is as it was written.',
      usage: ['keyturn audit verify [flags]'],
      description: [
        'It reads every line, and names each one that was altered, removed, doubled, moved or spelled anew. It exits with 1 when something is wrong. Without a checkpoint or an anchor nobody can see that the end was cut off, or that all of it was written anew by somebody who knows how.',
      ],
      flags: AUDIT_VERIFY_FLAGS,
      sections: [],
      examples: [
        { about: 'Every line of every account:', command: 'keyturn audit verify' },
        {
          about: 'And that nothing was cut off since:',
          command: 'keyturn audit verify --checkpoint /mnt/audit --key /etc/keyturn/audit.pub',
        },
      ],
    },
    form,
  );
}

export function auditShowHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn audit show',
      summary: 'prints lines of the audit trails: when, whose keys, what, who, and why.',
      usage: ['keyturn audit show [USER|KEY] [flags]'],
      description: [
        'The oldest come first. Of a key all lines of the rotations are shown that replaced or made it. A line that is not as it was written is left out: see keyturn audit verify. AWS is not asked, and nothing is changed.',
      ],
      flags: AUDIT_SHOW_FLAGS,
      sections: [],
      examples: [
        {
          about: 'What happened to the keys of a user?',
          command: 'keyturn audit show svc-billing',
        },
        { about: 'What was done this week?', command: 'keyturn audit show --since 7d' },
      ],
    },
    form,
  );
}

export function auditExportHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn audit export',
      summary: 'prints the audit trails for other systems, one JSON object a line.',
      usage: ['keyturn audit export [flags]'],
      description: [
        'Each event has an ID that is the same in every export, so whoever gets it twice can tell. It exits with 3 when a trail is not whole, after all that can be read was printed.',
      ],
      flags: AUDIT_EXPORT_FLAGS,
      sections: [],
      examples: [
        { about: 'For an archive:', command: 'keyturn audit export > audit.jsonl' },
        {
          about: 'For a SIEM that reads OCSF, once a day:',
          command: 'keyturn audit export --format ocsf --since 1d',
        },
      ],
    },
    form,
  );
}

export function auditCheckpointHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn audit checkpoint',
      summary: 'signs where the audit trails stand, to be kept elsewhere.',
      usage: ['keyturn audit checkpoint [flags]'],
      description: [
        'A checkpoint is a signed note (C2SP) that other tools open: the origin keyturn/ACCOUNT/TRAIL, the number of lines, and their Merkle root. Every line is checked first, and a trail that is not whole is not signed. Keep checkpoints where whoever can write the state cannot: in the log of a job, in a bucket with object lock, in a git repository, in the mailbox of an auditor.',
      ],
      flags: AUDIT_CHECKPOINT_FLAGS,
      sections: [],
      examples: [
        {
          about: 'After each run, into a folder that is kept elsewhere:',
          command: 'keyturn audit checkpoint --key-file /etc/keyturn/audit.key -o /mnt/audit',
        },
        {
          about: 'Without a key, into the log of a job:',
          command: 'keyturn audit checkpoint --anchor',
        },
      ],
    },
    form,
  );
}

export function auditKeygenHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn audit keygen',
      summary: 'makes a key that signs checkpoints, and prints the one that verifies them.',
      usage: ['keyturn audit keygen -o FILE [flags]'],
      description: [
        'The signing key (Ed25519) goes into a new file; the verifying key is printed. Whoever has the signing key can sign another trail in the place of this one: keep it away from the machine that keeps the trail where you can, and the checkpoints in any case.',
      ],
      flags: AUDIT_KEYGEN_FLAGS,
      sections: [],
      examples: [
        {
          about: 'Both halves in files:',
          command: 'keyturn audit keygen --name audit.example.com -o audit.key > audit.pub',
        },
      ],
    },
    form,
  );
}
