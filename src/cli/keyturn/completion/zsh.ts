// Completion for zsh, on its own _arguments.

import type { CompletedCommand, CompletedFlag, CompletedProgram } from './model.ts';
import { PROFILES_FUNCTION } from './profiles.ts';

export function zshScript(programs: readonly CompletedProgram[]): string {
  const names = programs.map(({ program }) => program).join(' ');
  return [
    `#compdef ${names}`,
    '# zsh completion of keyturn, keyctl and rotate-iam-keys: keyturn completion zsh',
    PROFILES_FUNCTION,
    ...programs.map(programBlock),
    // A script that compinit loads is called as the completion; one that is sourced registers it.
    'if [ "$funcstack[1]" = "_keyturn" ]; then',
    '  case "$service" in',
    ...programs.map(({ program }) => `    ${program}) ${functionOf(program)} "$@" ;;`),
    '  esac',
    'else',
    ...programs.map(({ program }) => `  compdef ${functionOf(program)} ${program}`),
    'fi',
    '',
  ].join('\n');
}

const functionOf = (program: string): string => `_complete_${program.replaceAll('-', '_')}`;

function programBlock({ program, commands }: CompletedProgram): string {
  const [top, ...others] = commands;
  const cases = others.map((each) => `    ${each.command}) ${call(each, true)} ;;`);
  const body =
    others.length === 0
      ? `  ${call(top, false)}`
      : ['  case "$words[2]" in', ...cases, `    *) ${call(top, false)} ;;`, '  esac'].join('\n');
  return `${functionOf(program)}() {\n${body}\n}`;
}

function call(command: CompletedCommand | undefined, isBelow: boolean): string {
  const words = command?.words ?? [];
  const profiles = command?.takesProfile === true ? ' $(__keyturn_profiles)' : '';
  const hasWords = words.length > 0 || profiles !== '';
  const specs = [
    ...(command?.flags ?? []).flatMap(flagSpecs),
    ...(isBelow ? ["'1:command:'"] : []),
    ...(hasWords ? [`"*:word:(${words.join(' ')}${profiles})"`] : []),
  ];
  return `_arguments ${specs.join(' ')}`;
}

function flagSpecs({ name, short, about, values }: CompletedFlag): string[] {
  const tail = `[${about}]${valueSpec(name, values)}`;
  const long = values === undefined ? `--${name}` : `--${name}=`;
  // _arguments offers the short form only where it is given by itself.
  return [long, ...(short === undefined ? [] : [`-${short}`])].map(
    (spelling) => `"${spelling}${tail}"`,
  );
}

function valueSpec(name: string, values: CompletedFlag['values']): string {
  if (values === undefined) return '';
  if (values === 'paths') return `:${name}:_files`;
  if (values === 'profiles') return `:${name}:($(__keyturn_profiles))`;
  return values === 'anything' ? `:${name}:` : `:${name}:(${values.join(' ')})`;
}
