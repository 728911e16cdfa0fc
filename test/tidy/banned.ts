// Calls that must not be made, each with what to use in their place.

import { type Fault, matches, type SourceFile } from './files.ts';

interface Ban {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly applies: (path: string) => boolean;
  readonly remedy: string;
}

const isTest = (path: string): boolean => /\.test\.ts$/.test(path) || path.startsWith('test/');
const isIn = (path: string, ...folders: string[]): boolean =>
  folders.some((folder) => path.startsWith(folder));
/** Code that ships, with the rooms that have leave taken out. */
const shipped = (path: string, ...except: string[]): boolean =>
  path.startsWith('src/') && !isTest(path) && !isIn(path, ...except);

const BANS: readonly Ban[] = [
  {
    rule: 'console',
    pattern: /\bconsole\s*\./g,
    applies: () => true,
    remedy: 'emit an event, or write to process.stderr in a script',
  },
  {
    rule: 'process',
    pattern: /\bprocess\.(?:exit|exitCode|env|argv|stdout|stderr|stdin|cwd)\b/g,
    applies: (path) => shipped(path, 'src/cli/', 'src/api/', 'src/lambda/'),
    remedy: 'only src/cli, src/api and src/lambda touch the process; take the value as an option',
  },
  {
    rule: 'bare-error',
    pattern: /\bnew (?:Type|Range)?Error\(/g,
    applies: (path) => shipped(path, 'src/base/errors.ts', 'src/sandbox/'),
    remedy: 'throw a KeyturnError with a code, or assert() from src/base/errors.ts',
  },
  {
    rule: 'clock',
    pattern: /\bDate\.now\(|\bnew Date\(\s*\)|\bperformance\.now\(|\bset(?:Timeout|Interval)\(/g,
    applies: (path) => shipped(path, 'src/base/clock.ts', 'src/sandbox/'),
    remedy: 'take a Clock (src/base/clock.ts)',
  },
  {
    rule: 'random',
    pattern: /\bMath\.random\(/g,
    applies: () => true,
    remedy: 'use node:crypto, or a generator with a seed',
  },
];

export function bannedFaults(file: SourceFile): Fault[] {
  return BANS.filter((ban) => ban.applies(file.path)).flatMap((ban) =>
    [...matches(file, ban.pattern, ban.rule)].map((line) => ({
      path: file.path,
      line,
      rule: ban.rule,
      remedy: ban.remedy,
    })),
  );
}

const AWS_HOST = new RegExp(`https?://[\\w.-]*${'amazonaws'}\\.com`, 'g');

/** A test that names a real endpoint is one missing override away from calling it. */
export function awsHostFaults(file: SourceFile): Fault[] {
  if (!isTest(file.path)) return [];
  const asText = { ...file, code: file.text };
  return [...matches(asText, AWS_HOST, 'aws-host')].map((line) => ({
    path: file.path,
    line,
    rule: 'aws-host',
    remedy: 'use the sandbox, or a host under .invalid',
  }));
}

const COMMAND =
  /^(?!\s*(?:\/\/|\/?\*)).*['"`].*: (?:keyturn|keyctl|rotate-iam-keys|aws|chmod|chown) [\w-]/gm;

/** A command that ends a sentence is broken by whoever lays the words out, and does not work when pasted. */
export function commandFaults(file: SourceFile): Fault[] {
  if (!shipped(file.path, 'src/cli/keyturn/completion/')) return [];
  const asText = { ...file, code: file.text };
  return [...matches(asText, COMMAND, 'command')].map((line) => ({
    path: file.path,
    line,
    rule: 'command',
    remedy: 'make it a part of the hint: command(...) of src/base/hint.ts',
  }));
}
