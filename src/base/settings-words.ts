// What an operator says by a flag, or in a configuration by a key of its file: hints name the one that there is.

import { command, type Saying } from './hint.ts';

export interface Setting {
  readonly flag: string;
  /** In the file, with the place where it stands. */
  readonly key: string;
}

export const CREATE_MISSING: Setting = {
  flag: '--create-missing',
  key: '"create_missing: true" beside the place in the configuration',
};

export const DELIVER: Setting = {
  flag: '--deliver',
  key: '"deliver" in the configuration',
};

export const CLEAN_UP: Setting = {
  flag: '--cleanup-inactive',
  key: '"hold_days" of its rule, a number of days,',
};

export const WITHOUT_ORGANIZATION: Saying = {
  byFlag:
    'leave --organization out for the account of the caller alone, or name accounts with --accounts',
  inFile:
    'take "organization: true" out of the configuration for the account of the caller alone, or name the IDs of accounts in its groups',
};

export const NAMED_ACCOUNTS: Setting = {
  flag: '--accounts',
  key: 'their IDs in the groups of the configuration',
};

/** Advice in which the setting stands by its name. */
export function bySetting({ flag, key }: Setting, words: (name: string) => string): Saying {
  return { byFlag: words(flag), inFile: words(key) };
}

/** A place for the reader to paste: behind the command, or in the list of its rule. */
export function deliveringTo(place: string): Saying {
  return {
    byFlag: [command('--deliver', place)],
    inFile: [{ command: `deliver: [${JSON.stringify(place)}]` }],
  };
}
