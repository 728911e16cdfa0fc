// Credentials files as nobody would write them, and some as people do. The same seed gives the same
// file, so that a failure can be repeated.

import { Buffer } from 'node:buffer';

/** A small generator of random numbers with a seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to below - 1. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }
}

export const PROFILES = ['default', 'production', 'bob', 'a.b-c_d'] as const;

const KEY_IDS = ['AKIAIOSFODNN7EXAMPLE', 'AKIABOBEXAMPLE000001', 'AKIACAROLEXAMPLE0001'] as const;
const SECRETS = ['old/secret+a=', 'bob%(x)s/secret', 'quo"t"es', 'a#b;c', 'plain'] as const;
const SETTINGS = [
  'region = eu-west-1',
  'output=json',
  'cli_pager =',
  'endpoint_url = http://127.0.0.1:9/x?a=b:c',
  'x-percent\t=\t100%',
  'aws_session_token = stale',
  'aws_security_token=stale2',
  's3 =\n  max_concurrent_requests = 20\n  addressing_style = path',
  's3 =\n\tuse_accelerate_endpoint=true\n\n\t; inside\n\tother = 1',
  'dynamodb=\n    a = b',
  '# aws_access_key_id = AKIACOMMENTED0000001',
  ';aws_secret_access_key = commented',
  '  # an indented comment',
  'duration_seconds = 900 ',
  'note = ümläut ✓',
  'description = two  words = more',
] as const;

/** A file as people write them: mostly what both readers understand. */
export function plainFile(dice: Dice): Buffer {
  const names = [...PROFILES].filter(() => !dice.oneIn(3));
  if (dice.oneIn(3)) names.splice(dice.below(names.length + 1), 0, 'production-previous' as never);
  const indent = dice.oneIn(6) ? dice.pick(['  ', '\t', ' ']) : '';
  const text = [
    ...(dice.oneIn(2) ? ['# keys of ada', ''] : []),
    ...names.flatMap((name) => plainSection(dice, name, indent)),
    ...(dice.oneIn(4) ? ['# the end'] : []),
  ].join('\n');
  const ended = dice.oneIn(4) ? text : `${text}\n`;
  return Buffer.from(dice.oneIn(4) ? ended.replaceAll('\n', '\r\n') : ended);
}

function plainSection(dice: Dice, name: string, indent: string): string[] {
  const equals = dice.pick([' = ', '=', ' =', '\t=\t']);
  const settings: string[] = dice.oneIn(12)
    ? []
    : [
        `aws_access_key_id${equals}${dice.pick(KEY_IDS)}`,
        `aws_secret_access_key${equals}${dice.pick(SECRETS)}`,
      ];
  if (dice.oneIn(5)) settings.reverse();
  const chosen = SETTINGS.filter(() => dice.oneIn(6));
  // A setting twice would make the file unreadable, and that is the other generator's part.
  const more = chosen.filter((setting, index) => {
    const nameOf = (text: string) => text.split('=')[0]?.trim();
    return chosen.findIndex((other) => nameOf(other) === nameOf(setting)) === index;
  });
  for (const setting of more) settings.splice(dice.below(settings.length + 1), 0, setting);
  const header = `${dice.oneIn(12) ? indent : ''}[${name}]${dice.pick(['', '', '', ' ', ' # mine'])}`;
  const body = settings.map((line) =>
    line
      .split('\n')
      .map((part) => (part === '' ? part : indent + part))
      .join('\n'),
  );
  return [header, ...body, ...Array(dice.below(3)).fill('')];
}

/** Odd lines, every row of the matrix among them. Latin1 text: each character is one byte. */
const ODDITIES = [
  'k: v',
  'k : v',
  'aws_access_key_id: AKIACOLONEXAMPLE0001',
  'AWS_ACCESS_KEY_ID = AKIAUPPEREXAMPLE0001',
  'Region = x',
  'region = x # note',
  'region = x ; note',
  'region = x#note',
  'region = x;note',
  'region = x\t# note',
  ' region = indented',
  '\taws_secret_access_key = indented',
  '  continued',
  '  = continued',
  'stray text',
  '<<<<<<< HEAD',
  '=======',
  '>>>>>>> branch',
  '= no name',
  ': no name',
  'k =',
  'k=',
  'k = =',
  'k = "quoted"',
  "k = 'quoted'",
  'k = %(x)s %',
  'k = \x00',
  '\x00',
  '\x0b',
  '\x0c[bob]',
  'k\x0b=\x0cv\x1c',
  '\x1cregion = x',
  '\xc2\x85',
  '\xc2\xa0region = x',
  'k = v\xc2\xa0',
  's3 =\n  a = b\xe2\x80\xa8c = d',
  's3 =\n  a = b\x0bc = d',
  's3 =\n  no equals sign',
  's3 =\n  a.b = c\n  a.b = d',
  's3.a = top',
  '\xe3\x80\x80# comment',
  '# caf\xe9',
  'k = caf\xe9',
  'k = caf\xc3\xa9',
  '\xc3\x9cMLAUT = x',
  '\xef\xbb\xbf',
  '\xef\xbb\xbfk = v',
  '\xef\xbb\xbf# comment',
  '[ default ]',
  '[default ]',
  '[default] # comment',
  '[default] [x]',
  '[default] ; [x]',
  '[default]junk',
  '  [default]',
  '[DEFAULT]',
  '[]',
  '[',
  ']',
  '[x',
  '[a]]',
  '[[a]]',
  '[a # b]',
  '[a#b]',
  '[profile foo]',
  '[profile "foo bar"]',
  "[profile 'foo']",
  '[profile  foo]',
  '[sso-session x]',
  '[services y]',
  '[plugins z]',
  '[my prof]',
  '["default"]',
  '[default',
  '[k = v]',
  '[x] = y',
  '[default]\r',
  '# comment',
  '; comment',
  '   ',
  '\t',
  '',
  '   # indented comment',
  'k = v \\',
  '-- = x',
  'a b = c',
  'a=b=c',
  'a==b',
  '#',
  ';',
  'k = #',
  'k = ;x',
  'k = # x',
] as const;

/** A file of odd lines between plain ones. */
export function nastyFile(dice: Dice): Buffer {
  const parts: string[] = [];
  const count = dice.below(14);
  const oddIn = dice.pick([2, 4, 8]);
  for (let index = 0; index < count; index += 1) {
    if (dice.oneIn(oddIn)) parts.push(dice.pick(ODDITIES));
    else if (dice.oneIn(4)) parts.push(`[${dice.pick(PROFILES)}]`);
    else if (dice.oneIn(2)) parts.push(Buffer.from(dice.pick(SETTINGS)).toString('latin1'));
    else parts.push(pairLine(dice));
  }
  if (dice.oneIn(200)) parts.push(`k = ${'x'.repeat(9000)}`);
  if (!dice.oneIn(4)) parts.unshift(`[${dice.pick(PROFILES)}]`);
  if (dice.oneIn(30)) parts.unshift('\xef\xbb\xbf[first]');
  const text = parts.join('\n') + (dice.oneIn(3) ? '' : '\n');
  return Buffer.from(withEnds(dice, text), 'latin1');
}

function pairLine(dice: Dice): string {
  return dice.oneIn(2)
    ? `${dice.pick(['', '', '', ' '])}aws_access_key_id${dice.pick([' = ', '=', ': '])}${dice.pick(KEY_IDS)}`
    : `${dice.pick(['', '', '', '\t'])}aws_secret_access_key${dice.pick([' = ', '='])}${dice.pick(SECRETS)}`;
}

function withEnds(dice: Dice, text: string): string {
  switch (dice.below(12)) {
    case 0:
    case 1:
      return text.replaceAll('\n', '\r\n');
    case 2:
      return text.replaceAll('\n', '\r');
    case 3:
      return text.replace(/\n/g, () => dice.pick(['\n', '\r\n', '\n', '\r']));
    default:
      return text;
  }
}

export function randomBytesFile(dice: Dice): Buffer {
  const alphabet = Buffer.from(
    '[]=:#; \t\r\n\n\nabAB_-"\'%.\\\x00\xc3\xa9\xef\xbb\xbf\x85',
    'latin1',
  );
  return Buffer.from(
    Array.from({ length: dice.below(120) }, () =>
      dice.oneIn(9) ? dice.below(256) : (alphabet[dice.below(alphabet.length)] ?? 0),
    ),
  );
}

export interface Generated {
  readonly seed: number;
  readonly bytes: Buffer;
}

/** For messages of failing tests: all that is needed to see and repeat the case. */
export function describeFile({ seed, bytes }: Generated): string {
  return `seed ${seed}: ${JSON.stringify(bytes.toString('latin1'))}`;
}
