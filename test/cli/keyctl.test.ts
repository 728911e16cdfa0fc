// keyctl's command line around use cases of the test's own: what is asked, said and printed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { KeyturnError } from '../../src/base/errors.ts';
import { keyctlReportSchema } from '../../src/reports/keyctl-report.ts';
import { FILE, fakeParts, NEW, OLD, OTHER, ROTATION, runFake, twoKeys } from './fake-keyctl.ts';

const REPORT = keyctlReportSchema;

/** Every command line of the documentation, as it is typed there. */
const DOCUMENTED: readonly (readonly [line: string, auth: string, target: string])[] = [
  ['-t production', 'production', 'production'],
  ['production', 'production', 'production'],
  ['-a admin -t production', 'admin', 'production'],
  ['-a production -t production', 'production', 'production'],
];

for (const [line, authProfile, targetProfile] of DOCUMENTED) {
  test(`keyctl ${line}: ${targetProfile} is rotated, signed by ${authProfile}, nothing is asked`, async () => {
    const { host, code, calls, asked } = await runFake(line.split(' '), { isTerminal: true });
    assert.equal(code, 0);
    assert.deepEqual(asked, []);
    const opened = calls.find(({ name }) => name === 'open')?.given as Record<string, unknown>;
    assert.equal(opened.authProfile, authProfile);
    assert.equal(opened.targetProfile, targetProfile);
    assert.equal(calls.at(-1)?.name, 'close');
    assert.match(host.out(), new RegExp(`^Rotated: ${targetProfile}, IAM user svc-a\n`));
  });
}

test('keyctl --credentials /path -a admin -t production: everything uses that file', async () => {
  // Any file that is there: what is in it is told by the fake.
  const path = fileURLToPath(import.meta.url);
  const args = ['--credentials', path, '-a', 'admin', '-t', 'production'];
  const { host, calls } = await runFake(args);
  for (const name of ['list', 'open']) {
    const given = calls.find((call) => call.name === name)?.given as Record<string, unknown>;
    assert.equal(given.credentialsFile, path);
  }
  // What the reader is told to paste later names the file and the signer too.
  assert.ok(host.out().includes(`\n  keyctl undo -a admin -t production -c ${path}\n`));
});

test('the summary: both keys, the backup, the way back, and how to finish', async () => {
  const { host, code } = await runFake(['production']);
  assert.equal(code, 0);
  assert.equal(
    host.out(),
    `Rotated: production, IAM user svc-a

  new key  ${NEW}  in ${FILE}
  old key  ${OLD}  still Active, kept as [production-previous]
  backup   ${FILE}.backup.20261121_100000

If something does not work with the new key:
  keyctl undo -t production
When nothing uses the old key any more:
  keyctl finish -t production
`,
  );
});

test('what will happen is shown first, on stderr, with every key and its age', async () => {
  const { host } = await runFake(['-a', 'admin', 'production'], {
    exam: { ...twoKeys(true), sameKeyProfiles: ['prod-backup'], warnings: ['others can read it'] },
    isTerminal: true,
    confirm: true,
  });
  assert.equal(
    host.err().slice(0, host.err().indexOf('\n\n')),
    `production  IAM user svc-a, account 123456789012
  file       ${FILE}
  key        ${OLD}  Active, 412 days old, used 2 days ago
  other key  ${OTHER}  Inactive, 700 days old, never used
  also in    prod-backup
  signed by  admin
  warning: others can read it`,
  );
});

test('a profile that shares the key and was not updated is named in the summary', async () => {
  const { host } = await runFake(['production'], { exam: { sameKeyProfiles: ['prod-backup'] } });
  assert.match(host.out(), /Still with the old key: prod-backup\n.*--all-profiles/);
});

test('--all-profiles reaches the use case', async () => {
  const { calls, host } = await runFake(['production', '--all-profiles'], {
    exam: { sameKeyProfiles: ['prod-backup'] },
    rotate: async () => ({ ...ROTATION, updatedProfiles: ['production', 'prod-backup'] }),
  });
  const { given } = calls.find(({ name }) => name === 'rotate') ?? {};
  assert.deepEqual(given, { mayRemove: undefined, allProfiles: true });
  assert.match(host.out(), /also +prod-backup now has the new key/);
  assert.doesNotMatch(host.out(), /Still with/);
});

test('a dry run opens, tells, and does not rotate (I12)', async () => {
  for (const terminal of [true, false]) {
    const run = await runFake(['production', '--dry-run'], {
      exam: twoKeys(false),
      isTerminal: terminal,
    });
    assert.equal(run.code, 0);
    assert.deepEqual(run.asked, []);
    assert.equal(
      run.calls.some(({ name }) => name === 'rotate'),
      false,
    );
    assert.match(run.host.out(), /Would rotate: .* has to be deleted to make room/);
    assert.match(run.host.out(), /Dry run: nothing was changed/);
  }
});

// Two keys already: who may decide.
const SLOTS: readonly (readonly [
  what: string,
  args: readonly string[],
  isIdle: boolean,
  terminal: boolean,
  answer: boolean | undefined,
  code: number,
  removed: string | undefined,
])[] = [
  ['a person says yes', ['production'], false, true, true, 0, OTHER],
  ['a person says no', ['production'], false, true, false, 130, undefined],
  ['nobody is there', ['production'], true, false, undefined, 1, undefined],
  ['--yes, and its hold is over', ['production', '-y'], true, false, undefined, 0, OTHER],
  ['--yes, and it is held', ['production', '-y'], false, false, undefined, 1, undefined],
  ['--yes in a terminal, and it is held', ['production', '-y'], false, true, false, 130, undefined],
];

for (const [what, args, isIdle, isTerminal, confirm, code, removed] of SLOTS) {
  const outcome = removed === undefined ? 'nothing is changed' : 'the other key makes room';
  test(`two keys already, ${what}: ${outcome} (I6)`, async () => {
    const run = await runFake(args, {
      exam: twoKeys(isIdle),
      isTerminal,
      ...(confirm === undefined ? {} : { confirm }),
    });
    assert.equal(run.code, code);
    const rotated = run.calls.find(({ name }) => name === 'rotate');
    assert.equal((rotated?.given as { mayRemove?: string } | undefined)?.mayRemove, removed);
    assert.equal(run.calls.at(-1)?.name, 'close');
    if (isTerminal && removed !== undefined) {
      assert.match(run.asked[0] ?? '', new RegExp(`${OTHER}: Inactive, but .*\nDelete it`));
    }
  });
}

test('two keys and nobody to ask: the error names the key, why, and what to do', async () => {
  const quiet = await runFake(['production'], { exam: twoKeys(true) });
  assert.match(
    quiet.host.err(),
    /error: svc-a has two keys already, and AKIAQ3EGOTHERKEY0001 would/,
  );
  assert.match(quiet.host.err(), /hint: --yes lets keyctl delete it/);
  const used = await runFake(['production', '--yes'], { exam: twoKeys(false) });
  assert.match(used.host.err(), /hint: its hold is not over, so --yes does not delete it/);
});

test('no key may go: the reason and the way out (I7)', async () => {
  const { host, code, calls } = await runFake(['production', '-y'], {
    exam: { slot: { kind: 'full', because: 'the second key signs the calls', hint: 'use -a' } },
    isTerminal: true,
    confirm: true,
  });
  assert.equal(code, 1);
  assert.match(host.err(), /error: there is no room for a new key of svc-a: the second key signs/);
  assert.match(host.err(), /hint: use -a\n/);
  assert.equal(
    calls.some(({ name }) => name === 'rotate'),
    false,
  );
});

test('what an earlier run left open goes on, whatever the slot says (I10)', async () => {
  const { code, asked, calls } = await runFake(['production'], {
    exam: { ...twoKeys(false), openPhase: 'created' },
    isTerminal: true,
  });
  assert.equal(code, 0);
  assert.deepEqual(asked, []);
  assert.equal(
    calls.some(({ name }) => name === 'rotate'),
    true,
  );
});

test('interactive: two steps, ages while choosing, a confirmation, then the rotation', async () => {
  const { code, asked, calls, host } = await runFake([], {
    isTerminal: true,
    choose: ['admin', 'production'],
    confirm: true,
  });
  assert.equal(code, 0);
  assert.match(asked[0] ?? '', /^Step 1 of 2: .* signs/);
  assert.match(asked[1] ?? '', /^Step 2 of 2: .* rotated/);
  assert(asked.includes(`production: ${OLD}  100 d old, used 3 d ago`));
  assert.equal(asked.at(-1), `Rotate ${OLD} of production?`);
  const opened = calls.find(({ name }) => name === 'open')?.given as Record<string, unknown>;
  assert.equal(opened.authProfile, 'admin');
  assert.match(host.out(), /^Rotated: production/);
});

test('interactive: what a rotation kept as the way back is not offered', async () => {
  const { profiles, ...paths } = await fakeParts().listProfiles(
    { credentialsFile: undefined },
    { env: {}, home: '/' },
  );
  const kept = { ...profiles[0], name: 'admin-previous', keyId: NEW, kind: 'key', rotatable: true };
  const { asked } = await runFake([], {
    isTerminal: true,
    choose: ['admin', 'production'],
    parts: {
      listProfiles: async () => ({
        ...paths,
        profiles: [...profiles, { ...kept, note: undefined }],
      }),
    },
  });
  assert(asked.some((text) => text.startsWith('production: ')));
  assert(!asked.some((text) => text.startsWith('admin-previous: ')));
});

test('interactive, declined: exit 130, and nothing was changed', async () => {
  const { code, calls, host } = await runFake([], {
    isTerminal: true,
    choose: ['admin', 'production'],
    confirm: false,
  });
  assert.equal(code, 130);
  assert.equal(
    calls.some(({ name }) => name === 'rotate'),
    false,
  );
  assert.match(host.err(), /keyctl: nothing was changed\n$/);
  assert.equal(host.out(), '');
});

test('left with --json: one object with the code "cancelled"', async () => {
  const { host, code } = await runFake(['--json'], {
    isTerminal: true,
    choose: ['admin', 'production'],
    confirm: false,
  });
  assert.equal(code, 130);
  assert.equal(REPORT.parse(JSON.parse(host.out())).error?.code, 'cancelled');
});

test('interactive with no profile that can be rotated says so', async () => {
  const none = await fakeParts().listProfiles(
    { credentialsFile: undefined },
    { env: {}, home: '/' },
  );
  const { code, host } = await runFake([], {
    isTerminal: true,
    parts: { listProfiles: async () => ({ ...none, profiles: none.profiles.slice(3) }) },
  });
  assert.equal(code, 2);
  assert.match(host.err(), /no profile of .* holds a key to rotate/);
});

test('without a terminal and without flags: the usage, exit 2, and nothing is read', async () => {
  const { code, host, calls } = await runFake([]);
  assert.equal(code, 2);
  assert.deepEqual(calls, []);
  assert.match(host.err(), /^Usage:\n {2}keyctl \[flags\]/);
  assert.match(
    host.err(),
    /error: no profile is named, and there is no terminal to ask in \[[a-z-]+\]\n/,
  );
});

test('a misspelt profile names the near ones, and AWS is not asked', async () => {
  for (const args of [['prodction'], ['-a', 'Production', '-t', 'admin'], ['undo', 'prod']]) {
    const { code, host, calls } = await runFake(args);
    assert.equal(code, 3);
    assert.match(
      host.err(),
      /error: profile "[pP]rod\w*" is in neither .*credentials nor .*config \[[a-z-]+\]\n/,
    );
    assert.match(host.err(), /hint: did you mean production\? keyctl -l lists the profiles\n/);
    assert.deepEqual(
      calls.map(({ name }) => name),
      ['list'],
    );
  }
  const far = await runFake(['zzzzzz']);
  assert.match(far.host.err(), /hint: keyctl -l lists the profiles\n/);
});

test('undo says before and after which key goes where', async () => {
  const { host } = await runFake(['undo', '-t', 'production']);
  const swap = `${OLD} goes into the profile, and ${NEW} is kept as [production-previous].`;
  assert.ok(host.err().includes(swap), host.err());
  assert.doesNotMatch(host.err(), /the last undo/);
  assert.match(host.out(), new RegExp(`${NEW} back .*:\n {2}keyctl undo -t production\n`));
});

test('an undo of an undo is called one, before and after', async () => {
  const args = ['undo', '-t', 'production'];
  const { host } = await runFake(args, { undoKind: 'undo-of-undo' });
  const why = `This undoes the last undo, which had taken ${OLD} out of the profile.`;
  assert.ok(host.err().includes(why), host.err());
  assert.match(host.out(), /^Undid the last undo: production, IAM user svc-a\n/);
  const { host: json } = await runFake([...args, '--json'], { undoKind: 'undo-of-undo' });
  assert.equal(REPORT.parse(JSON.parse(json.out())).undo?.kind, 'undo-of-undo');
  assert.equal(json.err(), '');
});

test('finish --delete of an Active key says what it did not do, and the command for it', async () => {
  const args = ['finish', '-a', 'admin', '-t', 'production', '--now', '--delete'];
  const { host } = await runFake(args);
  assert.match(host.out(), /--delete deleted nothing: the key was Active, and no key is deleted/);
  assert.match(host.out(), /\n {2}keyctl finish -a admin -t production --delete\n/);
  assert.match(
    host.out(),
    /after 2026-11-28 10:00 UTC:\n {2}keyctl finish -a admin -t production\n/,
  );
  const { host: json } = await runFake([...args, '--json']);
  const { finish } = REPORT.parse(JSON.parse(json.out()));
  assert.match(finish?.reason ?? '', /^the key was Active/);
  assert.equal(finish?.delete_command, 'keyctl finish -a admin -t production --delete');
  const { host: plain } = await runFake(['finish', '-t', 'production', '--now']);
  assert.doesNotMatch(plain.out(), /--delete/);
});

test('undo and finish reach their use cases and say what came of it', async () => {
  const undo = await runFake(['undo', '-t', 'production']);
  assert.match(undo.host.out(), /^Undone: production, IAM user svc-a\n/);
  assert.match(undo.host.out(), new RegExp(`${OLD} {2}back in .*, Active again\n`));
  const finish = await runFake(['finish', '-t', 'production', '--delete', '--now']);
  const given = finish.calls.find(({ name }) => name === 'finish')?.given as object;
  assert.deepEqual({ ...given, deleteNow: true, skipQuietWait: true }, given);
  assert.match(
    finish.host.out(),
    /^Made Inactive: .* it can be deleted from 2026-11-28 10:00 UTC on\.\n/,
  );
});

test('a MFA code comes from the flag, from the person, or there is nobody to ask', async () => {
  const seen: unknown[] = [];
  const parts = {
    openProfileSession: async (
      ...[options, context]: Parameters<ReturnType<typeof fakeParts>['openProfileSession']>
    ) => {
      seen.push(options.mfaCode ?? (await options.askMfaCode?.('mfa/ada')));
      return fakeParts().openProfileSession(options, context);
    },
  };
  await runFake(['production', '--mfa-code', '654321'], { parts });
  await runFake(['production'], { parts, isTerminal: true });
  await runFake(['production'], { parts });
  assert.deepEqual(seen, ['654321', '123456', undefined]);
});

// JSON: one object, whatever happens.
const JSON_RUNS: readonly (readonly [line: string, code: number, field: string])[] = [
  ['production', 0, 'rotation'],
  ['production --dry-run', 0, 'plan'],
  ['undo production', 0, 'undo'],
  ['finish production', 0, 'finish'],
  ['-l', 0, 'profiles'],
  ['-k', 0, 'profiles'],
  ['-k -t production', 0, 'keys'],
  ['--list-all-keys', 1, 'users'],
  ['prodction', 3, 'error'],
  ['undo', 2, 'error'],
  ['--frobnicate', 2, 'error'],
  ['', 2, 'error'],
];

for (const [line, code, field] of JSON_RUNS) {
  test(`keyctl ${line} --json: one object with "${field}", exit ${code}`, async () => {
    const args = ['--json', ...line.split(' ').filter((word) => word !== '')];
    const run = await runFake(args, { env: { AWS_PROFILE: 'admin' } });
    assert.equal(run.code, code);
    const report = REPORT.strict().parse(JSON.parse(run.host.out()));
    assert.equal(report.success, code === 0);
    assert.notEqual(report[field as keyof typeof report] ?? null, null);
  });
}

test('a failed rotation in JSON: the error, and what was known before it', async () => {
  const { host, code } = await runFake(['production', '--json'], {
    rotate: async () => {
      throw new KeyturnError('delivery-failed', 'disk full', { hint: 'free some space' });
    },
  });
  assert.equal(code, 1);
  const report = REPORT.parse(JSON.parse(host.out()));
  assert.deepEqual(report.error, {
    code: 'delivery-failed',
    message: 'disk full',
    hint: 'free some space',
  });
  assert.equal(report.user_name, 'svc-a');
  assert.match(
    host.err(),
    /keyctl: error: disk full \[[a-z-]+\]\nkeyctl: hint: free some space\n$/,
  );
});

test('stdout closed after the rotation: stderr says that it is done, and the way back (I3)', async () => {
  for (const args of [['production'], ['production', '--json']]) {
    const { host, code } = await runFake(args, { isStdoutClosed: true });
    assert.equal(code, 1);
    assert.match(
      host.err(),
      new RegExp(`the rotation is done: ${FILE} holds ${NEW}; .*:\n +keyctl undo -t `),
    );
  }
});

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} ends the run at the next step, exit ${code}, one JSON object`, async () => {
    let send = (): void => {};
    const run = runFake(['production', '--json'], {
      rotate: async (_request, { signal: stopped }) => {
        send();
        stopped.throwIfAborted();
        return ROTATION;
      },
      onHost: (host) => {
        send = () => host.send(signal);
      },
    });
    const { host, code: exit } = await run;
    assert.equal(exit, code);
    assert.equal(REPORT.parse(JSON.parse(host.out())).error?.code, 'interrupted');
  });
}

test('a second signal ends at once; the JSON object holds what was known by then', async () => {
  let send = (): void => {};
  await runFake(['production', '--json'], {
    onHost: (host) => {
      send = () => {
        host.send('SIGINT');
        host.send('SIGTERM');
        assert.equal(host.exitedNow(), 143);
        const report = REPORT.parse(JSON.parse(host.out()));
        assert.equal(report.error?.code, 'interrupted');
        assert.equal(report.user_name, 'svc-a');
      };
    },
    rotate: async () => {
      send();
      return ROTATION;
    },
  });
});

test('profiles that were chosen are in the JSON object of a run that fails after it', async () => {
  const { host } = await runFake(['--json'], {
    isTerminal: true,
    choose: ['admin', 'production'],
    parts: {
      openProfileSession: async () => {
        throw new KeyturnError('access-denied', 'not allowed');
      },
    },
  });
  const report = REPORT.parse(JSON.parse(host.out()));
  assert.deepEqual([report.auth_profile, report.profile], ['admin', 'production']);
});

test('control characters of a file never reach the terminal', async () => {
  const { host } = await runFake(['-l'], {
    parts: {
      listProfiles: async () => ({
        credentialsPath: FILE,
        configPath: FILE,
        profiles: [{ name: 'a\x1b[2Jb', keyId: OLD, kind: 'key', rotatable: true, note: 'x\x07y' }],
      }),
    },
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  assert.doesNotMatch(host.out(), /[\x00-\x09\x0b-\x1f]/);
});

test('-k marks the current key and warns of one that is over 90 days old', async () => {
  const { host } = await runFake(['-k', '-t', 'production'], { exam: twoKeys(true) });
  const [, , current, other] = host.out().split('\n');
  assert.equal(current, `  ${OLD}  Active    412 days  2 days ago  CURRENT, over 90 days`);
  assert.equal(other, `  ${OTHER}  Inactive  700 days  never used`);
});

test('--list-all-keys shows every user, and what could not be read (I11)', async () => {
  const { host, calls, code } = await runFake(['--list-all-keys', '-a', 'admin']);
  assert.equal(code, 1);
  const { given } = calls.find(({ name }) => name === 'list-all') ?? {};
  assert.equal((given as { authProfile: string }).authProfile, 'admin');
  assert.match(host.out(), /^account 123456789012: 2 users, 2 keys\n/);
  assert.match(host.out(), /svc-c: keys cannot be read: access denied\n/);
});
