// What each key below `hooks:` takes, in words that end the sentence "KEY takes …".

export const HOOK_TAKES: Readonly<Record<string, string>> = {
  hooks: 'a mapping with after_deliver, before_retire and after_retire',
  after_deliver: 'a list of hooks, each with run or call',
  before_retire: 'a list of hooks, each with run or call',
  after_retire: 'a list of watches, each with run, call or alarm, and minutes',
  run: 'a list: a program by its path or its name, and its arguments, such as [kubectl, rollout, restart, deploy/api]',
  call: 'an https URL, such as https://ops.example.com/restart',
  method: '"GET", "POST", "PUT" or "PATCH"',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written in the file
  auth: 'a credential by its place: ${env:NAME}, ${file:/PATH} or ${command:PROGRAM ARG}',
  timeout_s: 'a whole number of seconds from 1 to 3600',
  retry: 'true or false: whether it may be done twice',
  alarm: 'the name of a CloudWatch alarm',
  minutes: 'a number of minutes from 0.05 to 1440',
  every_s: 'a whole number of seconds from 1 to 3600',
};

const HOOK_KEYS = ['run', 'call', 'method', 'auth', 'timeout_s', 'retry'];
const MOMENTS = ['after_deliver', 'before_retire', 'after_retire'];

/** The keys of each mapping below `hooks:`. */
export const HOOK_KEYS_BELOW: Readonly<Record<string, readonly string[]>> = {
  hooks: MOMENTS,
  after_deliver: HOOK_KEYS,
  before_retire: HOOK_KEYS,
  after_retire: [
    'run',
    'call',
    'alarm',
    'method',
    'auth',
    'timeout_s',
    'region',
    'minutes',
    'every_s',
  ],
};

/** What a value below `hooks:` takes; undefined for what stands elsewhere. */
export function takesBelowHooks(path: readonly (string | number)[]): string | undefined {
  const at = path.indexOf('hooks');
  if (at < 0) return undefined;
  const names = path.slice(at).filter((part) => typeof part === 'string');
  const key = names.at(-1) ?? 'hooks';
  if (typeof path.at(-1) !== 'number') return key === 'region' ? undefined : HOOK_TAKES[key];
  if (key === 'run') return 'text: a word of the command line';
  return MOMENTS.includes(key) ? 'a mapping with run or call' : HOOK_TAKES[key];
}
