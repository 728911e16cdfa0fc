// The command line around the use case, with a use case of the test's own.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RotateAccount, RotateAccountOptions } from '../../src/app/rotate-account.ts';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { EngineEvent } from '../../src/base/events.ts';
import { rotateCommand } from '../../src/cli/rotate/command.ts';
import { runCommand } from '../../src/cli/run.ts';
import { rotationReportSchema } from '../../src/reports/rotation-report.ts';
import { HANDOFF_FILE, partsWith, reportOf, rotatesOne, SECRET } from './fake-account.ts';
import { type FakeHost, fakeHost } from './fake-host.ts';

function run(host: FakeHost, rotateAccount: RotateAccount = rotatesOne): Promise<number> {
  return runCommand(rotateCommand(partsWith(rotateAccount)), host);
}

/** What reaches the use case, and where it is to keep its state. */
async function seenOf(args: readonly string[], host = fakeHost(args)) {
  let seen: { readonly options: RotateAccountOptions; readonly where: string } | undefined;
  await run(host, async (options, context) => {
    seen = { options, where: context.state.where };
    return rotatesOne(options, context);
  });
  return seen;
}

async function optionsOf(args: readonly string[], host = fakeHost(args)) {
  return (await seenOf(args, host))?.options;
}

const created: EngineEvent = {
  code: 'key-created',
  user: 'svc-a',
  newKeyId: accessKeyId('AKIAI44QH8DHBEXAMPLE'),
  by: 'rotation',
  why: 'due',
};

test('flags reach the use case as settled options', async () => {
  const args = [
    '--days_threshold=60',
    '--dry_run',
    '--aws_profile=',
    '--aws_region=us-east-1',
    '--target_user=',
    '--cleanup_inactive=false',
    '--output_format=json',
  ];
  const seen = await seenOf(args);
  assert.equal(seen?.where, '/home/ada/.local/state/keyturn');
  assert.deepEqual(seen?.options, {
    daysThreshold: 60,
    dryRun: true,
    user: undefined,
    wanted: { kind: 'due-key', daysThreshold: 60 },
    lookAheadDays: 0,
    oldKeyFate: 'when-quiet',
    retire: { quietDays: undefined, deadlineDays: undefined },
    cleanUpDays: undefined,
    inventory: 'auto',
    accounts: undefined,
    profile: undefined,
    region: 'us-east-1',
    maxParallel: 16,
    timeoutMs: undefined,
    wordCommand: 'keyturn recover --region us-east-1',
    reach: { flags: ['--region', 'us-east-1'] },
    memberFlags: [],
    newPlaces: undefined,
    deliver: [{ kind: 'stdout', template: '' }],
    isDeliverGiven: false,
  });
});

test('the result goes to stdout; the log, and where else the secrets are, to stderr (I3)', async () => {
  const host = fakeHost(['--output-format', 'json']);
  const code = await run(host, async (options, context) => {
    context.emit(created);
    return rotatesOne(options, context);
  });
  assert.equal(code, 0);
  assert.equal(rotationReportSchema.parse(JSON.parse(host.out())).rotated_keys.length, 1);
  assert.equal(
    host.err(),
    '2026-11-21T10:00:00Z INFO  key created user=svc-a new_key_id=AKIAI44QH8DHBEXAMPLE by=rotation why=due\n' +
      'rotate-iam-keys: the new secrets (1) are also in /var/lib/keyturn/handoff; ' +
      'delete each once it is used\n',
  );
});

test('with --log-format json every line of stderr is an object, the error line too', async () => {
  const host = fakeHost(['--log-format', 'json', '--log-level', 'debug']);
  const code = await run(host, async (_options, context) => {
    context.emit(created);
    context.emit({ code: 'user-done', user: 'svc-a', done: 1, total: 1 });
    throw new KeyturnError('no-credentials', 'no credentials found', { hint: 'name a profile' });
  });
  assert.equal(code, 3);
  const lines = host
    .err()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ level, code: lineCode }) => `${level} ${lineCode}`),
    ['info key-created', 'debug user-done', 'error no-credentials', 'info hint'],
  );
  const told = { by: 'rotation', why: 'due' };
  assert.deepEqual(lines[0].fields, {
    user: 'svc-a',
    new_key_id: 'AKIAI44QH8DHBEXAMPLE',
    ...told,
  });
});

test('lines below --log-level are not printed', async () => {
  const host = fakeHost(['--log-level=warn']);
  await run(host, async (options, context) => {
    context.emit(created);
    return rotatesOne(options, context);
  });
  assert.equal(host.err(), '');
});

const FAILURES: readonly (readonly [what: string, args: readonly string[], exit: number])[] = [
  ['an unknown flag', ['--dryrun'], 2],
  ['a wrong value', ['--days_threshold=9e1'], 2],
  ['a stray word', ['word'], 2],
  ['a contradiction', ['--inactive-days', '3'], 2],
  ['a log file that cannot be opened', ['--log-file', '/nonexistent/x.log'], 2],
];

for (const [what, args, exit] of FAILURES) {
  test(`JSON is asked for: ${what} still makes one valid document, and no run`, async () => {
    const host = fakeHost(['--output_format=json', '--dry-run', ...args]);
    const code = await run(host, async () => assert.fail('must not run'));
    assert.equal(code, exit);
    const report = rotationReportSchema.parse(JSON.parse(host.out()));
    assert.equal(report.errors.length, 1);
    assert.equal(report.dry_run, true);
    assert.match(host.err(), /^rotate-iam-keys: error: .*\nrotate-iam-keys: hint: .*\n$/);
  });

  test(`text is asked for: ${what} leaves stdout empty`, async () => {
    const host = fakeHost(args);
    assert.equal(await run(host), exit);
    assert.equal(host.out(), '');
  });
}

test('the codes of refused input', async () => {
  const codeOf = async (args: readonly string[]): Promise<unknown> => {
    const host = fakeHost(['--output-format=json', ...args]);
    await run(host);
    return JSON.parse(host.out()).errors[0].code;
  };
  assert.equal(await codeOf(['--inactive-days', '3']), 'conflicting-flags');
  assert.equal(await codeOf(['--log-file', '/nonexistent/x.log']), 'log-file');
  assert.equal(await codeOf(['--dryrun']), 'unknown-flag');
});

test('--inactive-days beside --cleanup-inactive=false is no contradiction', async () => {
  const options = await optionsOf(['--inactive_days=45', '--cleanup_inactive=false']);
  assert(options);
  assert.equal(options.cleanUpDays, undefined);
  const cleaning = await optionsOf(['--inactive_days=45', '--cleanup_inactive=true']);
  assert.equal(cleaning?.cleanUpDays, 45);
});

test('a fault of ours is one line and one document, without a stack trace', async () => {
  const host = fakeHost(['--output-format=json']);
  const code = await run(host, async () => {
    throw new TypeError(`no property of undefined; secret_access_key=${SECRET}`);
  });
  assert.equal(code, 1);
  assert.equal(JSON.parse(host.out()).errors[0].code, 'internal');
  assert(!host.err().includes('    at '), 'no stack trace');
  assert(!`${host.out()}${host.err()}`.includes(SECRET), 'no secret (I8)');
});

/** As the SDK throws: with the answer, the request, and a chain of causes, all full of secrets. */
function sdkError(): Error {
  const answer = {
    body: `<SecretAccessKey>${SECRET}</SecretAccessKey>`,
    headers: { 'x-k': SECRET },
  };
  const request = { headers: { authorization: `Signature=${SECRET}` } };
  const inner = Object.assign(new Error(`parser met ${SECRET.slice(0, 12)}`), {
    $response: answer,
  });
  const middle = Object.assign(new Error('deserialization failed', { cause: inner }), { request });
  return Object.assign(new Error('the answer could not be read', { cause: middle }), {
    name: 'SyntaxError',
    $response: answer,
    $metadata: { httpStatusCode: 200 },
    $request: request,
  });
}

test('I8: an SDK error with its request, response and causes shows none of them, in any format', async () => {
  for (const args of [
    ['--output-format=json', '--log-format=json', '--log-level=debug'],
    ['--output-format=text', '--log-format=text', '--log-level=debug'],
  ]) {
    for (const thrown of [sdkError(), new KeyturnError('aws-error', 'x', { cause: sdkError() })]) {
      const host = fakeHost(args);
      const code = await run(host, async () => {
        throw thrown;
      });
      assert.equal(code, 1);
      const said = `${host.out()}${host.err()}`;
      assert.match(said, /aws-error|the answer could not be read|error: x/);
      assert.doesNotMatch(said, /\$response|deserialization|Signature=/);
      // Not even a part.
      assert.equal(said.includes(SECRET.slice(0, 12)), false);
    }
  }
});

test('a fault where nobody catches it ends the run with one document', async () => {
  const host = fakeHost(['--output-format=json']);
  const code = await run(host, () => {
    host.fault(new TypeError('thrown in a callback'));
    return new Promise(() => {});
  });
  assert.equal(code, 1);
  assert.equal(JSON.parse(host.out()).errors[0].message, 'thrown in a callback');
});

test('a fault after the result was printed adds no second document', async () => {
  const host = fakeHost(['--output-format=json']);
  const command = rotateCommand(partsWith(rotatesOne));
  const code = await runCommand(
    {
      ...command,
      run: async (session) => {
        await command.run(session);
        throw new TypeError('too late');
      },
    },
    host,
  );
  assert.equal(code, 1);
  assert.equal(JSON.parse(host.out()).rotated_keys.length, 1);
});

test('I3: when stdout is closed, stderr names the files that hold the secrets', async () => {
  const host = fakeHost(['--output-format=json'], { isStdoutClosed: true });
  assert.equal(await run(host), 1);
  assert.match(host.err(), /error: stdout closed/);
  assert.match(host.err(), /hint: no secret is lost/);
  assert(host.err().includes(`svc-a (AKIAI44QH8DHBEXAMPLE) is in ${HANDOFF_FILE}`));
  assert(!host.err().includes(SECRET), 'no secret on stderr (I8)');
});

const STOPPED: RotateAccount = async (options) => ({
  report: {
    ...reportOf(options),
    rotated_keys: [],
    errors: [
      {
        code: 'no-credentials',
        message: 'none found',
        hint: 'set some',
        username: null,
        account_id: '123456789012',
      },
    ],
  },
  exitCode: 3,
});

test('a run that could not start is told on stderr; in JSON also on stdout', async () => {
  const text = fakeHost([]);
  assert.equal(await run(text, STOPPED), 3);
  assert.equal(text.out(), '');
  const json = fakeHost(['--output-format=json']);
  assert.equal(await run(json, STOPPED), 3);
  assert.equal(JSON.parse(json.out()).errors[0].code, 'no-credentials');
  for (const host of [text, json]) {
    const lines =
      'rotate-iam-keys: error: none found [no-credentials]\nrotate-iam-keys: hint: set some\n';
    assert.equal(host.err(), lines);
  }
});

test('stdout that is closed before bad input is told does not hide the exit code', async () => {
  const host = fakeHost(['--output-format=json', '--dryrun'], { isStdoutClosed: true });
  assert.equal(await run(host), 2);
});

for (const [signal, exit] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} lets the run finish its steps, prints the result, exits ${exit}`, async () => {
    const host = fakeHost(['--output-format=json']);
    const code = await run(host, async (options, context) => {
      host.send(signal);
      assert(context.signal.aborted);
      assert.equal(context.signal.reason.code, 'interrupted');
      return { report: reportOf(options), exitCode: 130 };
    });
    assert.equal(code, exit);
    assert.equal(JSON.parse(host.out()).rotated_keys.length, 1);
    assert.match(host.err(), new RegExp(`${signal}: finishing the steps under way`));
    assert.equal(host.exitedNow(), undefined);
  });
}

test('a second signal ends at once, with a document that says so', async () => {
  const host = fakeHost(['--output-format=json']);
  await run(host, async (options, context) => {
    host.send('SIGINT');
    host.send('SIGTERM');
    assert.equal(host.exitedNow(), 143);
    assert.equal(JSON.parse(host.out()).errors[0].code, 'interrupted');
    return rotatesOne(options, context);
  });
});

test('a run that was done before the signal counted keeps its own exit code', async () => {
  const host = fakeHost([]);
  const code = await run(host, async (options, context) => {
    host.send('SIGINT');
    return rotatesOne(options, context);
  });
  assert.equal(code, 0);
});

test('the log file gets every line of the level, in a file of its owner', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-log-'));
  const file = join(folder, 'run.log');
  const host = fakeHost(['--log-file', file]);
  await run(host, async (options, context) => {
    context.emit(created);
    return rotatesOne(options, context);
  });
  assert.equal(readFileSync(file, 'utf8'), host.err());
  assert.equal(statSync(file).mode & 0o777, 0o600);
  await run(fakeHost(['--log-file', file]), async (options, context) => {
    context.emit(created);
    return rotatesOne(options, context);
  });
  assert.equal(readFileSync(file, 'utf8'), host.err().repeat(2), 'appended');
  rmSync(folder, { recursive: true });
});

test('I8: what the environment holds never reaches a log', async () => {
  const host = fakeHost([], { env: { AWS_SECRET_ACCESS_KEY: SECRET } });
  await run(host, async (options, context) => {
    const reason = `proxy said ${SECRET} or ${encodeURIComponent(SECRET)}`;
    context.emit({ code: 'run-stopping', reason });
    return rotatesOne(options, context);
  });
  assert(host.err().includes('proxy said [secret] or [secret]'), host.err());
});

for (const args of [
  ['--help'],
  ['-h'],
  ['--dryrun', '--help'],
  ['--help', '--output-format=json'],
]) {
  test(`help: ${args.join(' ')}`, async () => {
    const host = fakeHost(args);
    assert.equal(await run(host, async () => assert.fail('must not run')), 0);
    assert.match(host.out(), /^rotate-iam-keys: .*Examples:/s);
  });
}

test('--version prints the name and the version', async () => {
  const host = fakeHost(['--version']);
  assert.equal(await run(host), 0);
  assert.match(host.out(), /^rotate-iam-keys \d+\.\d+\.\d+\n$/);
});
