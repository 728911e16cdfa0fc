// The table is the spec: one line per command line. `rotate-iam-keys` is the table of flags.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyturnError } from '../../base/errors.ts';
import { ROTATE_FLAGS } from '../rotate/flags.ts';
import { isAskedFor, lastText, parseFlags } from './argv.ts';

function given(args: readonly string[]): Record<string, unknown> {
  const values = Object.entries(parseFlags(ROTATE_FLAGS, args));
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

const TAKEN: readonly (readonly [args: readonly string[], values: Record<string, unknown>])[] = [
  [[], {}],
  // Both spellings of names.
  [['--days-threshold', '30', '--dry-run'], { daysThreshold: 30, dryRun: true }],
  [['--days_threshold=60', '--dry_run'], { daysThreshold: 60, dryRun: true }],
  [['--days-threshold=60'], { daysThreshold: 60 }],
  [['--cleanup_inactive', '--inactive_days=45'], { cleanupInactive: true, inactiveDays: 45 }],
  [['--max_parallel=8', '--timeout', '60'], { maxParallel: 8, timeout: 60 }],
  // Aliases.
  [['--target_user=svc.app'], { user: 'svc.app' }],
  [['--target-user', 'svc.app'], { user: 'svc.app' }],
  [['--user', 'svc.app'], { user: 'svc.app' }],
  [['--aws_profile=p', '--aws_region=eu-west-1'], { profile: 'p', region: 'eu-west-1' }],
  [['--profile', 'p', '--region', 'us-gov-west-1'], { profile: 'p', region: 'us-gov-west-1' }],
  // Empty is unset.
  [['--target_user=', '--aws_profile=', '--output_format=', '--dry_run='], {}],
  [['--user', '', '--days-threshold', ''], {}],
  [['--dry-run', ''], {}],
  // Booleans: bare, =true|false, or a following true|false.
  [['--dry_run=true', '--cleanup_inactive=false'], { dryRun: true, cleanupInactive: false }],
  [['--dry-run', 'false'], { dryRun: false }],
  [['--dry_run', 'true', '--target_user', 'svc.app'], { dryRun: true, user: 'svc.app' }],
  // What the scheduler sends when an empty value was lost in splitting.
  [['--target_user', '--dry_run', 'true'], { dryRun: true }],
  [['--dry_run', '--aws_profile'], { dryRun: true }],
  // Values that look odd and are fine.
  [['--user', 'a+=,.@-_Z9'], { user: 'a+=,.@-_Z9' }],
  [['--user=-dash'], { user: '-dash' }],
  [['--user==x'], { user: '=x' }],
  [['--profile', 'my team'], { profile: 'my team' }],
  [['--user', 'true'], { user: 'true' }],
  [['--days-threshold', '007'], { daysThreshold: 7 }],
  [['--region', 'eusc-de-east-1'], { region: 'eusc-de-east-1' }],
  [['-h'], { help: true }],
  [['-V'], { version: true }],
  [['--dry-run', '--'], { dryRun: true }],
  // Every field of the documented service at once.
  [
    [
      '--days_threshold=60',
      '--dry_run',
      '--aws_profile=',
      '--aws_region=us-east-1',
      '--target_user=',
      '--cleanup_inactive=false',
      '--output_format=json',
    ],
    {
      daysThreshold: 60,
      dryRun: true,
      region: 'us-east-1',
      cleanupInactive: false,
      outputFormat: 'json',
    },
  ],
];

for (const [args, values] of TAKEN) {
  test(`taken: ${args.join(' ') || '(nothing)'}`, () => assert.deepEqual(given(args), values));
}

const DAYS = 'takes a whole number from 1 to 3650, not';

const REFUSED: readonly (readonly [args: readonly string[], code: string, says: string])[] = [
  // Integers are decimal digits, in range.
  [['--days_threshold=9e1'], 'bad-value', `--days_threshold ${DAYS} "9e1"`],
  [['--days-threshold', '60.0'], 'bad-value', `--days-threshold ${DAYS} "60.0"`],
  [['--days-threshold', ' 60'], 'bad-value', `${DAYS} " 60"`],
  [['--days-threshold', '+60'], 'bad-value', `${DAYS} "+60"`],
  [['--days-threshold', '0x10'], 'bad-value', `${DAYS} "0x10"`],
  [['--days-threshold=-5'], 'bad-value', `${DAYS} "-5"`],
  [['--days-threshold=٣'], 'bad-value', `${DAYS} "٣"`],
  [['--days-threshold', '0'], 'bad-value', `${DAYS} "0"`],
  [['--days-threshold', '3651'], 'bad-value', `${DAYS} "3651"`],
  [['--max-parallel', '65'], 'bad-value', 'from 1 to 64, not "65"'],
  [['--timeout', '86401'], 'bad-value', 'from 1 to 86400, not "86401"'],
  [['--inactive-days', '99999999999999999999'], 'bad-value', 'from 1 to 3650'],
  // Booleans and choices.
  [['--dry_run=maybe'], 'bad-value', '--dry_run takes true or false, not "maybe"'],
  [['--dry_run=yes'], 'bad-value', 'takes true or false, not "yes"'],
  [['--dry-run=True'], 'bad-value', 'takes true or false, not "True"'],
  [['--output-format', 'xml'], 'bad-value', 'takes json or text, not "xml"'],
  [['--log-level', 'trace'], 'bad-value', 'one of debug, info, warn, error, not "trace"'],
  // Names.
  [['--user', 'svc app'], 'bad-value', 'not "svc app"'],
  [['--target_user=svc app'], 'bad-value', '--target_user takes one IAM user name'],
  [['--user', '*'], 'bad-value', 'not "*"'],
  [['--user', 'x'.repeat(65)], 'bad-value', '1 to 64'],
  [['--region', 'US-EAST-1'], 'bad-value', 'not "US-EAST-1"'],
  [['--region', 'us-east-1; rm'], 'bad-value', 'a region name'],
  [['--profile', 'a\nb'], 'bad-value', 'not "a\\nb"'],
  // A value that is missing is not the next flag.
  [['--user', '--dry-run'], 'bad-value', '--user is missing its value'],
  [['--user'], 'bad-value', '--user is missing its value'],
  [['--days-threshold', '-5'], 'bad-value', '--days-threshold is missing its value'],
  // Unknown.
  [['--dryrun'], 'unknown-flag', 'unknown flag --dryrun | did you mean --dry-run?'],
  [['--dryrun=true'], 'unknown-flag', 'unknown flag --dryrun |'],
  [['--cleanup'], 'unknown-flag', 'did you mean --cleanup-inactive?'],
  [['--target-usr=x'], 'unknown-flag', 'did you mean --target-user?'],
  [['--frobnicate'], 'unknown-flag', '--help lists every flag'],
  [['--Dry-Run'], 'unknown-flag', 'did you mean --dry-run?'],
  [['-user', 'x'], 'unknown-flag', 'unknown flag -user | did you mean --user?'],
  [['-x'], 'unknown-flag', 'unknown flag -x'],
  // A word of which one letter is a flag is none of them: -h would ask for help.
  [['-dash'], 'unknown-flag', 'unknown flag -dash'],
  [['--user', '-dash'], 'bad-value', '--user is missing its value | it takes'],
  [['--user', '-dash'], 'bad-value', 'begins with "-" needs the "="'],
  [['--__proto__=1'], 'unknown-flag', 'unknown flag --__proto__'],
  [['--constructor'], 'unknown-flag', 'unknown flag --constructor'],
  [['--h'], 'unknown-flag', 'unknown flag --h'],
  // Repeated, also through an alias or the other spelling.
  [['--user', 'a', '--user', 'a'], 'repeated-flag', '--user is given twice'],
  [['--user=a', '--target_user=b'], 'repeated-flag', '--user and --target_user are the same flag'],
  [['--dry-run', '--dry_run=false'], 'repeated-flag', '--dry-run and --dry_run'],
  [['--user=', '--user=a'], 'repeated-flag', '--user is given twice'],
  // Stray words, most often a value that was split at its space.
  [['--target_user=svc', 'app'], 'stray-argument', 'unexpected argument "app" | quote a value'],
  [['--target_user=svc', 'app'], 'stray-argument', '--target_user="svc app"'],
  [['--user', 'svc', 'app'], 'stray-argument', '--user="svc app"'],
  [['--dry-run', 'maybe'], 'stray-argument', '--dry-run stands bare, or takes true or false'],
  [['rotate'], 'stray-argument', 'unexpected argument "rotate"'],
  [[''], 'stray-argument', 'unexpected argument ""'],
  [['--', '--dry-run'], 'stray-argument', 'unexpected argument "--dry-run"'],
  [['-'], 'stray-argument', 'unexpected argument "-"'],
];

for (const [args, code, says] of REFUSED) {
  test(`refused: ${args.join(' ')}`, () => {
    assert.throws(
      () => given(args),
      (error: unknown) => {
        assert(error instanceof KeyturnError);
        assert.equal(error.code, code);
        assert.equal(error.exitCode, 2);
        const voice = `${error.message} | ${error.hint}`;
        assert(voice.includes(says), `${voice} does not say ${says}`);
        return true;
      },
    );
  });
}

const FORMATS: readonly (readonly [args: readonly string[], format: string | undefined])[] = [
  [['--dryrun', '--output-format', 'json'], 'json'],
  [['--output_format=json', '--dryrun'], 'json'],
  [['--output-format=text', '--output_format=json'], 'json'],
  [['--output-format=json', '--output-format', 'text'], 'text'],
  [['--user', '--output_format', 'json', 'stray'], 'json'],
  [['--output-format='], ''],
  [['--output-format'], ''],
  [['--dry-run'], undefined],
];

for (const [args, format] of FORMATS) {
  test(`the format asked for, whatever else is wrong: ${args.join(' ')}`, () => {
    assert.equal(lastText(ROTATE_FLAGS, args, 'outputFormat'), format);
  });
}

test('a boolean is asked for when bare or true, not when false', () => {
  assert.equal(isAskedFor(ROTATE_FLAGS, ['--nonsense', '--dry_run'], 'dryRun'), true);
  assert.equal(isAskedFor(ROTATE_FLAGS, ['--dry_run=false'], 'dryRun'), false);
  assert.equal(isAskedFor(ROTATE_FLAGS, ['--user', 'x'], 'dryRun'), false);
});
