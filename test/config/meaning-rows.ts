// Files whose form is right, and whose values contradict each other.

import { D, M, R, type Row } from './tricky.ts';

export const MEANING_ROWS: readonly Row[] = [
  [
    'two rules of one name',
    'version: 1\nrules:\n  - {name: a, match: {user: x}, deliver: [handoff]}\n  - {name: a, match: all, deliver: [handoff]}\n',
    '4:12',
    'bad-value',
    /the name of another rule \(line 3\)/,
  ],
  [
    'two rules for the same',
    'version: 1\nrules:\n  - {name: a, match: {user: x}, deliver: [handoff]}\n  - {name: b, match: {user: x}, deliver: [handoff]}\n',
    '4:22',
    'unreachable',
    /rule "a" on line 3 selects the same/,
  ],
  [
    'a rule that is not there',
    R('    extends: billling').replace('name: a', 'name: a'),
    '6:14',
    'unknown-name',
    /no rule is called "billling"/,
  ],
  [
    'a path without slashes',
    M('{path: svc}'),
    '4:19',
    'bad-value',
    /"\/svc\/", or "\/svc\/\*" with all below/,
  ],
  ['an explosive expression', M("{user: '/^(a+)+$/'}"), '4:19', 'bad-value', /could take hours/],
  [
    'an expression of everything',
    M("{user: '/.*/'}"),
    '4:19',
    'bad-value',
    /is true of every name/,
  ],
  [
    'both thresholds',
    R('    days_threshold: 90\n    max_age_days: 90\n    before_next_run: 1d'),
    '6:5',
    'conflict',
    /follows from "max_age_days"/,
  ],
  [
    'a look-ahead over the threshold',
    R('    days_threshold: 20\n    before_next_run: 32d'),
    '7:5',
    'conflict',
    /every key would be due/,
  ],
  [
    'a promise that is too short',
    R(
      '    max_age_days: 30\n    before_next_run: 1d\n    retire_deadline_days: 20\n    hold_days: 30',
    ),
    '6:5',
    'promise-not-kept',
    /1 until a run begins, 20 until the deadline, 1 until a run deactivates, 30 of hold, 1 until a run deletes; 54 days are the least/,
  ],
  [
    'a promise with never',
    R('    max_age_days: 90\n    before_next_run: 1d\n    retire: never'),
    '6:5',
    'promise-not-kept',
    /stays Active until a person ends it/,
  ],
  [
    'a promise without a schedule',
    R('    max_age_days: 90'),
    '6:5',
    'promise-not-kept',
    /how often keyturn runs/,
  ],
  [
    'the unit of an account without its organization',
    'version: 1\naccounts: {groups: [{name: a, match: {ou: Root/*}}]}\nrules: [{name: a, match: all, deliver: [handoff]}]\n',
    '2:39',
    'conflict',
    /"organization: true"/,
  ],
  [
    'a freeze that ends before it begins',
    R('freezes: [{from: 2027-01-04, to: 2026-12-18, reason: x}]'),
    '6:34',
    'bad-value',
    /before it begins/,
  ],
  [
    'a file of exemptions that is not there',
    R('exemptions_file: other.yaml'),
    '6:18',
    'unreadable',
    /there is no such file/,
  ],
  [
    'fields of which one is missing',
    D('[{to: "ssm=/a/{user}", id: x}]'),
    '5:20',
    'bad-value',
    /one of them is missing/,
  ],
];
