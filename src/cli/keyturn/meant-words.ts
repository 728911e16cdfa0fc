// Words that people try first, because other tools have a command of that name.

/** What a word means that other tools have for a command. */
export const MEANT_WORDS: Readonly<Record<string, readonly string[]>> = {
  check: ['keyturn', 'validate'],
  where: ['keyturn', 'map'],
  scan: ['keyturn', 'map'],
  find: ['keyturn', 'map'],
  convert: ['keyturn', 'init', '--help'],
  why: ['keyturn', 'explain', '--help'],
  lint: ['keyturn', 'validate'],
  preview: ['keyturn', 'plan'],
  run: ['rotate-iam-keys'],
  list: ['keyturn', 'keys'],
  ls: ['keyturn', 'keys'],
  log: ['keyturn', 'history'],
  logs: ['keyturn', 'history'],
  trail: ['keyturn', 'audit', 'show'],
  rollback: ['keyturn', 'undo', '--help'],
  revert: ['keyturn', 'undo', '--help'],
  resume: ['keyturn', 'recover'],
  finish: ['keyturn', 'recover'],
  deactivate: ['keyturn', 'keys', 'deactivate', '--help'],
  activate: ['keyturn', 'keys', 'activate', '--help'],
  delete: ['keyturn', 'keys', 'delete', '--help'],
};
