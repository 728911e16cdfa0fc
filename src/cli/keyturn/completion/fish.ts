// Completion for fish: one `complete` line per flag.

import type { CompletedCommand, CompletedFlag, CompletedProgram } from './model.ts';

const PROFILES_FUNCTION = `function __keyturn_profiles
    set -l files $AWS_SHARED_CREDENTIALS_FILE $AWS_CONFIG_FILE ~/.aws/credentials ~/.aws/config
    sed -n 's/^\\[\\(profile \\)\\{0,1\\}\\([A-Za-z0-9_.@+-]*\\)\\].*$/\\2/p' $files 2>/dev/null | sort -u
end`;

export function fishScript(programs: readonly CompletedProgram[]): string {
  return [
    '# fish completion of keyturn, keyctl and rotate-iam-keys: keyturn completion fish',
    PROFILES_FUNCTION,
    ...programs.flatMap(programLines),
    '',
  ].join('\n');
}

function programLines({ program, commands }: CompletedProgram): string[] {
  const names = commands.flatMap(({ command }) => command ?? []);
  return [
    `complete -c ${program} -f`,
    ...commands.flatMap((each) => commandLines(program, each, names)),
  ];
}

function commandLines(
  program: string,
  { command, flags, words, takesProfile }: CompletedCommand,
  names: readonly string[],
): string[] {
  const condition =
    command !== undefined
      ? ` -n '__fish_seen_subcommand_from ${command}'`
      : names.length > 0
        ? ` -n 'not __fish_seen_subcommand_from ${names.join(' ')}'`
        : '';
  const start = `complete -c ${program}${condition}`;
  return [
    ...flags.map((flag) => `${start}${flagOptions(flag)}`),
    ...(words.length === 0 ? [] : [`${start} -a '${words.join(' ')}'`]),
    ...(takesProfile ? [`${start} -a '(__keyturn_profiles)'`] : []),
  ];
}

function flagOptions({ name, short, about, values }: CompletedFlag): string {
  const shortOption = short === undefined ? '' : ` -s ${short}`;
  return ` -l ${name}${shortOption}${valueOptions(values)} -d '${about}'`;
}

function valueOptions(values: CompletedFlag['values']): string {
  if (values === undefined) return '';
  if (values === 'paths') return ' -r -F';
  if (values === 'profiles') return " -x -a '(__keyturn_profiles)'";
  return values === 'anything' ? ' -x' : ` -x -a '${values.join(' ')}'`;
}
