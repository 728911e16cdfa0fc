// What is wrong with the hooks of a configuration: each by itself, and what they promise that does not happen.

import { isLoopback } from '../base/loopback.ts';
import { credentialReference } from '../destinations/place-credentials.ts';
import type { Found, Path } from './fault.ts';
import type { HookModel, WatchModel } from './hooks-model.ts';
import { tagsOf, wordFault } from './place-template.ts';
import type { Layer, Settings } from './settings.ts';

const MOMENTS = ['after_deliver', 'before_retire', 'after_retire'] as const;
type Moment = (typeof MOMENTS)[number];
type AnyHook = HookModel & Partial<Pick<WatchModel, 'alarm' | 'region' | 'every_s' | 'minutes'>>;

export function judgeHooks({ policy, path }: Layer, trusted: readonly string[]): readonly Found[] {
  return MOMENTS.flatMap((moment) => {
    const list: readonly AnyHook[] = policy.hooks?.[moment] ?? [];
    const texts = list.map((hook) => JSON.stringify(hook));
    return list.flatMap((hook, index) => {
      const own: Path = [...path, 'hooks', moment, index];
      const found = [...judgeWhat(hook, own, moment), ...judgeTexts(hook, own, trusted)];
      const isTwice = texts.indexOf(texts[index] ?? '') < index;
      return isTwice && found.length === 0
        ? [bad(own, 'this hook is here twice; keep one of them')]
        : found;
    });
  });
}

const bad = (path: Path, message: string): Found => ({ path, code: 'bad-value', message });
const clash = (path: Path, message: string): Found => ({
  path,
  isKey: true,
  code: 'conflict',
  message,
});

/** One thing that is asked, and only what belongs to it. */
function judgeWhat(hook: AnyHook, path: Path, moment: Moment): readonly Found[] {
  const kinds =
    moment === 'after_retire' ? (['run', 'call', 'alarm'] as const) : (['run', 'call'] as const);
  const asked = kinds.filter((kind) => hook[kind] !== undefined);
  const [first, second] = asked;
  if (first === undefined) {
    const message = `this hook does nothing: it takes ${kinds.join(' or ')}`;
    return [{ path, code: 'missing-key', message }];
  }
  if (second !== undefined) {
    return [
      clash(
        [...path, second],
        `"${second}" and "${first}" are two hooks; each is an item of its own`,
      ),
    ];
  }
  const idle = (key: keyof AnyHook, of: string) =>
    hook[key] !== undefined && first !== of
      ? [clash([...path, key], `"${key}" goes with "${of}", and this is a "${first}"`)]
      : [];
  const found = [...idle('method', 'call'), ...idle('auth', 'call'), ...idle('region', 'alarm')];
  if (first === 'alarm' && hook.timeout_s !== undefined) {
    found.push(
      clash(
        [...path, 'timeout_s'],
        '"timeout_s" goes with "run" and "call", and this is an "alarm"',
      ),
    );
  }
  const { minutes, every_s: every } = hook;
  if (minutes !== undefined && every !== undefined && every > minutes * 60) {
    found.push(
      clash(
        [...path, 'every_s'],
        `${every} seconds are more than the ${minutes} minutes of the watch`,
      ),
    );
  }
  return found;
}

function judgeTexts(hook: AnyHook, path: Path, trusted: readonly string[]): readonly Found[] {
  const { run, call, auth } = hook;
  const found: Found[] = [];
  if (auth !== undefined && credentialReference(auth) === undefined) {
    const message =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written in the file
      'a secret in clear is refused; write ${env:NAME}, ${file:/PATH} or ${command:PROGRAM ARG}';
    found.push({ path: [...path, 'auth'], code: 'secret-in-clear', message });
  }
  if (call !== undefined) found.push(...judgeUrl(call, [...path, 'call']));
  const words: readonly (readonly [string, Path])[] = [
    ...(run ?? []).map((word, index) => [word, [...path, 'run', index]] as const),
    ...(call === undefined ? [] : [[call, [...path, 'call']] as const]),
  ];
  for (const [word, own] of words) found.push(...judgeWord(word, own, trusted));
  return found;
}

function judgeWord(word: string, path: Path, trusted: readonly string[]): readonly Found[] {
  const index = path.at(-1);
  const program = typeof index === 'number' ? programFault(word, index) : undefined;
  if (program !== undefined) return [bad(path, program)];
  const fault = wordFault(word);
  if (fault !== undefined) return [{ path, ...fault }];
  const tag = tagsOf(word).find(({ name }) => !trusted.includes(name));
  if (tag === undefined) return [];
  const message = `whoever may set the tag "${tag.name}" could have this done to something else; if administrators alone may, add it to "trusted_tags:"`;
  return [{ path, code: 'untrusted-tag', message, index: tag.index }];
}

/** There is no shell, so nothing of a word is expanded: what looks as if it were is a mistake. */
export function programFault(word: string, index: number): string | undefined {
  if (/\$\{(?:env|file|command):/.test(word)) {
    return '"${" is not read in the words of a program: a secret on a command line is seen by everybody on the machine; the program reads it from its environment (KEYTURN_COMMAND_ENV) or from a file';
  }
  if (index > 0) return undefined;
  if (/\s/.test(word)) {
    return 'there is no shell: the program and each of its arguments are words of their own, such as [kubectl, rollout, restart, deploy/api]';
  }
  if (/[{}]/.test(word))
    return 'the program itself is the same for everybody; put what differs into its arguments';
  const isPath = /[\\/]/.test(word);
  if (isPath && !/^(?:\/|[A-Za-z]:[\\/])/.test(word)) {
    return 'a program is named by its absolute path, or by a name that is looked for in PATH';
  }
  return undefined;
}

function judgeUrl(text: string, path: Path): readonly Found[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return [bad(path, 'this is no https URL; write one such as https://ops.example.com/restart')];
  }
  if (url.username !== '' || url.password !== '') {
    const message = 'a user or a password in a URL is refused; a credential is named by "auth:"';
    return [{ path, code: 'secret-in-clear', message }];
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return [bad(path, 'over http to another machine anybody on the way could answer; write https')];
  }
  if (url.hash !== '') return [bad(path, 'what stands behind # is not sent; take it out')];
  const origin = text.slice(0, text.indexOf('/', text.indexOf('//') + 2) + 1 || undefined);
  if (/[{}]/.test(origin))
    return [bad(path, 'the host is the same for everybody; put what differs behind it')];
  return [];
}

/** A hook about the end of an old key that never comes. */
export function judgeEnding({ retire, hooks }: Settings): readonly Found[] {
  if (retire.value !== 'never') return [];
  for (const [word, { value, path }] of [
    ['before_retire', hooks.beforeRetire],
    ['after_retire', hooks.afterRetire],
  ] as const) {
    if (value.length === 0 || path === undefined) continue;
    return [clash(path, `"${word}" is about the end of old keys, and here it is "retire: never"`)];
  }
  return [];
}
