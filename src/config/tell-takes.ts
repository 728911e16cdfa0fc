// What each key below `metrics:` and `notify:` takes, in words that end the sentence "KEY takes …".

// biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written in the file
const REFERENCE = 'a credential by its place: ${env:NAME}, ${file:/PATH} or ${command:PROGRAM ARG}';

export const OCCASIONS = ['done', 'needs-person', 'due-soon', 'deadline', 'in-use'] as const;
export type Occasion = (typeof OCCASIONS)[number];

export const TELL_TAKES: Readonly<Record<string, string>> = {
  metrics: 'a mapping with file, accounts and otlp',
  notify: 'a mapping with channels, on, due_soon_days, deadline_days, repeat_days and owners',
};

const METRICS: Readonly<Record<string, string>> = {
  metrics: TELL_TAKES.metrics ?? '',
  file: 'the path of a file, such as /var/lib/node_exporter/keyturn.prom',
  accounts: '"all" or "none": whether each account has series of its own',
  otlp: 'true, or a mapping with endpoint, headers and timeout_s',
  endpoint: 'an https URL, such as https://otel.example.com:4318',
  headers: `a mapping of NAME: ${REFERENCE}`,
  timeout_s: 'a whole number of seconds from 1 to 60',
};

const NOTIFY: Readonly<Record<string, string>> = {
  notify: TELL_TAKES.notify ?? '',
  channels:
    'a list of channels, each with name and slack, teams, webhook, smtp, sns, eventbridge or run',
  name: 'a name of small letters, digits and "-"',
  slack: REFERENCE,
  teams: REFERENCE,
  webhook: `an https URL, or ${REFERENCE}`,
  secret: REFERENCE,
  smtp: 'the address of a mail server, such as smtp://mail.example.com:587 or smtps://mail.example.com',
  user: 'the name with which keyturn signs in',
  password: REFERENCE,
  from: 'a mail address such as keyturn@example.com',
  to: 'a list of mail addresses',
  to_owners: 'true or false: whether owners get what is theirs in a mail of their own',
  sns: 'the ARN of a topic, such as arn:aws:sns:eu-central-1:111122223333:keyturn',
  eventbridge: 'the name or the ARN of an event bus, such as default',
  region: 'the name of a region, such as eu-central-1',
  run: 'a list: a program by its path or its name, and its arguments, such as [/usr/local/bin/page, keys]',
  on: `a list of ${OCCASIONS.join(', ')}`,
  due_soon_days: 'a whole number of days from 1 to 365',
  deadline_days: 'a whole number of days from 1 to 365',
  repeat_days: 'a whole number of days from 1 to 365, or "never"',
  owners: 'a mapping with tags, addresses and domains',
  tags: 'a list of names of tags, such as [owner, team]',
  addresses: 'a mapping of NAME: a mail address',
  domains: 'a list of domains, such as [example.com]',
};

const CHANNEL_KEYS = [
  ...['name', 'slack', 'teams', 'webhook', 'secret', 'smtp', 'user', 'password', 'from', 'to'],
  ...['to_owners', 'sns', 'eventbridge', 'region', 'run', 'on'],
];

/** The keys of each mapping below these two. */
export const TELL_KEYS_BELOW: Readonly<Record<string, readonly string[]>> = {
  metrics: ['file', 'accounts', 'otlp'],
  otlp: ['endpoint', 'headers', 'timeout_s'],
  notify: ['channels', 'on', 'due_soon_days', 'deadline_days', 'repeat_days', 'owners'],
  channels: CHANNEL_KEYS,
  owners: ['tags', 'addresses', 'domains'],
};

const IN_LISTS: Readonly<Record<string, string>> = {
  channels: 'a mapping with name and slack, teams, webhook, smtp, sns, eventbridge or run',
  to: 'a mail address such as platform@example.com',
  run: 'text: a word of the command line',
  on: `one of ${OCCASIONS.join(', ')}`,
  tags: 'the name of a tag',
  domains: 'a domain such as example.com',
};

/** What a value below `metrics:` or `notify:` takes; undefined for what stands elsewhere. */
export function takesBelowTell(path: readonly (string | number)[]): string | undefined {
  const [first] = path;
  if (first !== 'metrics' && first !== 'notify') return undefined;
  const names = path.filter((part) => typeof part === 'string');
  const key = names.at(-1) ?? first;
  if (names.at(-2) === 'headers') return REFERENCE;
  if (names.at(-2) === 'addresses') return 'a mail address such as billing@example.com';
  if (typeof path.at(-1) === 'number' && IN_LISTS[key] !== undefined) return IN_LISTS[key];
  return (first === 'metrics' ? METRICS : NOTIFY)[key];
}

/** Words about a key, for the schema. */
export function tellWords(section: 'metrics' | 'notify', key: string): string | undefined {
  return (section === 'metrics' ? METRICS : NOTIFY)[key];
}
