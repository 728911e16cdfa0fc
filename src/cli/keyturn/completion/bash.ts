// Completion for bash: one function per program. bash breaks words at `=`, so `--flag=va` arrives
// as three words.

import type { CompletedCommand, CompletedFlag, CompletedProgram } from './model.ts';
import { PROFILES_FUNCTION } from './profiles.ts';

export function bashScript(programs: readonly CompletedProgram[]): string {
  return [
    '# bash completion of keyturn, keyctl and rotate-iam-keys: keyturn completion bash',
    PROFILES_FUNCTION,
    ...programs.map(programBlock),
    '',
  ].join('\n');
}

function programBlock({ program, commands }: CompletedProgram): string {
  const name = `_complete_${program.replaceAll('-', '_')}`;
  const [top, ...others] = commands;
  const cases = others.map((each) => `    ${each.command})\n${choices(each)}\n      ;;`);
  const body =
    others.length === 0
      ? choices(top)
      : [`  case "\${COMP_WORDS[1]}" in`, ...cases, `    *)\n${choices(top)}`, '  esac'].join('\n');
  return `${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words
  COMPREPLY=()
  if [ "$cur" = "=" ]; then cur=; elif [ "$prev" = "=" ]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
${body}
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F ${name} ${program}`;
}

/** After a flag its values, else flags and words. */
function choices(command: CompletedCommand | undefined): string {
  const flags = command?.flags ?? [];
  const valued = flags.filter(({ values }) => values !== undefined);
  const cases = valued.map((flag) => `      ${spellings(flag).join('|')}) ${answer(flag)} ;;`);
  const names = flags.map(({ name }) => `--${name}`);
  const words = [...names, ...(command?.words ?? [])];
  if (command?.takesProfile === true) words.push('$(__keyturn_profiles)');
  return [
    ...(cases.length === 0 ? [] : ['    case "$prev" in', ...cases, '    esac']),
    `    words="${words.join(' ')}"`,
  ].join('\n');
}

const spellings = ({ name, short }: CompletedFlag): string[] =>
  short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];

function answer({ values }: CompletedFlag): string {
  if (values === 'paths') return 'COMPREPLY=($(compgen -f -- "$cur")); return';
  if (values === 'profiles') {
    return 'COMPREPLY=($(compgen -W "$(__keyturn_profiles)" -- "$cur")); return';
  }
  if (values === 'anything' || values === undefined) return 'return';
  return `COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$cur")); return`;
}
