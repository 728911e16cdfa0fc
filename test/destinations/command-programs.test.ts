// Programs that hang, lie, tell the secret, die or leave children behind: the old key is what pays for none
// of it, and nothing of the secret is told.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { nodePrograms } from '../../src/app/node-programs.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { openDestination } from '../../src/destinations/kinds.ts';
import { NEW } from './contract.ts';
import { textFor, WHOLE_FORMS, wordOf } from './form-texts.ts';
import { testOpening } from './opening.ts';

interface Staged {
  readonly folder: string;
  readonly destination: Destination;
}

/** Its environment; the form of the place; and what the program says of it beside that it may be written. */
interface Settings extends Readonly<Record<string, string | undefined>> {
  readonly form?: string;
  readonly prepare?: string;
}

/** `deliver` is what a shell does with the order in $order; the other answers are those of a good program. */
async function staged(
  test: TestContext,
  deliver: string,
  { form, prepare = '', ...env }: Settings = {},
): Promise<Staged> {
  const { folder, opening } = await testOpening(test);
  const program = join(folder, 'program.sh');
  const text = `#!/bin/sh
order=$(cat)
case $order in
*'"verb":"prepare"'*) echo '{"protocol":1,"ok":true${prepare}}' ;;
*'"verb":"holds"'*) if [ -f "$1.held" ]; then h=true; else h=false; fi; echo '{"protocol":1,"ok":true,"holds":'$h'}' ;;
*'"verb":"deliver"'*)
${deliver}
;;
esac
`;
  chmodSync(folder, 0o700);
  writeFileSync(program, text, { mode: 0o700 });
  const programs = nodePrograms({ PATH: process.env.PATH, KEYTURN_COMMAND_SECONDS: '2', ...env });
  const place = `${program} ${join(folder, 'place')}`;
  const target = { kind: 'command', place, ...(form !== undefined && { form: wordOf(form) }) };
  const destination = await openDestination(target, { ...opening, programs });
  assert.ok(destination !== undefined);
  return { folder, destination };
}

/** The error of a delivery; it has a hint and no secret, however it is written. */
async function refusal(destination: Destination): Promise<KeyturnError> {
  const thrown: unknown = await destination.deliver(NEW).then(
    () => assert.fail('it was delivered'),
    (error) => error,
  );
  assert.ok(thrown instanceof KeyturnError, String(thrown));
  assert.equal(thrown.code, 'delivery-failed');
  const told = `${thrown.message} ${thrown.hint}`;
  const secret = NEW.secret.reveal();
  const stem = Buffer.from(secret).toString('base64').slice(0, 40);
  for (const form of [secret, encodeURIComponent(secret), stem])
    assert.ok(!told.includes(form), told);
  return thrown;
}

const OK = `echo '{"protocol":1,"ok":true}'`;
const HELD = 'touch "$1.held"';
const SECRET = `$(printf %s "$order" | sed 's/.*secret_access_key":"\\([^"]*\\).*/\\1/')`;

describe('a program that is asked to deliver', () => {
  it('and hangs is ended when its time is over, with the children that it began', async (test) => {
    const { destination, folder } = await staged(test, '(sleep 600; touch "$1.child") & sleep 600');
    assert.match((await refusal(destination)).message, /within 2 seconds/);
    assert.ok(!existsSync(join(folder, 'place.child')));
  });

  it('and hangs after it has written is asked, and counts', async (test) => {
    const { destination } = await staged(test, `${HELD}; sleep 600`);
    assert.equal((await destination.deliver(NEW)).kind, 'command');
  });

  it('and ignores every signal is killed', async (test) => {
    const { destination } = await staged(test, "trap '' TERM; while :; do sleep 1; done");
    assert.match((await refusal(destination)).message, /within 2 seconds/);
  });

  it('and dies half-way has done what it says when it is asked', async (test) => {
    const dead = await staged(test, 'kill -9 $$');
    assert.match((await refusal(dead.destination)).message, /ended by SIGKILL/);
    const done = await staged(test, `${HELD}; kill -9 $$`);
    await done.destination.deliver(NEW);
  });

  it('and tells the secret on stderr, in its answer or as its answer, is not told on', async (test) => {
    for (const told of [
      `echo "could not write ${SECRET}" >&2; exit 1`,
      `printf %s "${SECRET}" | base64 >&2; exit 1`,
      `echo '{"protocol":1,"ok":false,"code":"failed","message":"no room for '"${SECRET}"'"}'`,
      `echo "${SECRET}"`,
    ]) {
      const { destination } = await staged(test, told);
      await refusal(destination);
    }
  });

  it('and answers nothing, no JSON, another protocol or too much has not answered', async (test) => {
    for (const [answer, says] of [
      ['true', 'it printed nothing'],
      ['echo done', 'no JSON document'],
      [`echo '{"protocol":2,"ok":true}'`, 'no answer to deliver: see "protocol"'],
      [`echo '{"ok":true}'`, 'no answer to deliver'],
      [`echo '{"protocol":1,"ok":false,"code":"failed"}'`, 'no answer to deliver: see "message"'],
      ['head -c 70000 /dev/zero | tr "\\0" x', 'more than 65536 bytes'],
      [`${OK}; exit 3`, 'exit code 3'],
    ] as const) {
      const { destination } = await staged(test, answer);
      const { message } = await refusal(destination);
      assert.ok(message.includes(says), message);
    }
  });

  it('and lies is found out when the place is read again', async (test) => {
    const { destination } = await staged(test, OK);
    const receipt = await destination.deliver(NEW);
    assert.equal(await destination.holds(NEW.keyId, receipt), undefined);
  });

  it('and says try-again is asked again, some times', async (test) => {
    const again = `{"protocol":1,"ok":false,"code":"try-again","message":"busy","retry_after_seconds":1}`;
    const third = await staged(
      test,
      `echo x >> "$1.tries"; if [ $(wc -l < "$1.tries") -ge 3 ]; then ${OK}; else echo '${again}'; fi`,
    );
    await third.destination.deliver(NEW);
    const never = await staged(test, `echo '${again}'`);
    assert.match((await refusal(never.destination)).message, /says: busy/);
  });

  it('sees the secret on stdin alone, and nothing of the credentials that keyturn signs with', async (test) => {
    const env = { AWS_SECRET_ACCESS_KEY: 'signer', MINE: 'passed on', KEYTURN_COMMAND_ENV: 'MINE' };
    const { destination, folder } = await staged(
      test,
      `env > "$1.env"; echo "$0 $*" > "$1.argv"; ${OK}`,
      env,
    );
    await destination.deliver(NEW);
    const seen = readFileSync(join(folder, 'place.env'), 'utf8');
    assert.match(seen, /^MINE=passed on$/m);
    for (const name of ['env', 'argv']) {
      const text = readFileSync(join(folder, `place.${name}`), 'utf8');
      assert.ok(!text.includes(NEW.secret.reveal()) && !text.includes('signer'));
    }
  });

  it('is not asked when the time that it may take is no number', async (test) => {
    const { destination } = await staged(test, OK, { KEYTURN_COMMAND_SECONDS: '1m' });
    await assert.rejects(
      async () => destination.prepare?.(),
      /KEYTURN_COMMAND_SECONDS takes a whole/,
    );
  });

  it('is not run when others could have written it', async (test) => {
    const { destination, folder } = await staged(test, OK);
    chmodSync(join(folder, 'program.sh'), 0o720);
    await assert.rejects(async () => destination.prepare?.(), /others can write .*program\.sh/);
    assert.match((await refusal(destination)).message, /others can write/);
    chmodSync(join(folder, 'program.sh'), 0o600);
    await assert.rejects(async () => destination.prepare?.(), /permission denied/);
  });
});

describe('a program whose place has a form', () => {
  for (const form of WHOLE_FORMS) {
    it(`is handed the text with both halves as it is: ${form.split(':')[0]}`, async (test) => {
      const keep = `printf %s "$order" > "$1.order"; ${HELD}; ${OK}`;
      const { destination, folder } = await staged(test, keep, { form });
      await destination.prepare?.();
      const receipt = await destination.deliver(NEW);
      const order = JSON.parse(readFileSync(join(folder, 'place.order'), 'utf8'));
      assert.equal(order.text, textFor(form, NEW));
      assert.equal(order.access_key_id, NEW.keyId);
      assert.equal(order.form, receipt.form);
      assert.ok(!('secret_access_key' in order));
      assert.ok(await destination.holds(NEW.keyId, receipt));
    });
  }

  it('is handed what stands in the place of the secret', async (test) => {
    const keep = `printf %s "$order" > "$1.order"; ${OK}`;
    const { destination, folder } = await staged(test, keep, { form: 'base64' });
    await destination.deliver(NEW);
    const order = JSON.parse(readFileSync(join(folder, 'place.order'), 'utf8'));
    assert.equal(order.secret_access_key, textFor('base64', NEW));
    assert.deepEqual([order.form, order.text], ['base64', undefined]);
  });

  it('and tells the secret within the text is not told on', async (test) => {
    const inner = `$(printf %s "$order" | sed 's/.*aws_secret_access_key = \\([A-Za-z0-9/+]*\\).*/\\1/')`;
    for (const form of ['aws-credentials-ini', 'aws-credentials-ini+base64']) {
      const text = `$(printf %s "$order" | sed 's/.*"text":"\\([^"]*\\).*/\\1/')`;
      const tell = form.includes('+')
        ? `printf %s "${text}" | base64 -d >&2`
        : `echo "${inner}" >&2`;
      const { destination } = await staged(test, `${tell}; exit 1`, { form });
      const { message } = await refusal(destination);
      assert.match(message, /exit code 1; its last words/);
    }
  });
});

describe('a program that says when its readers follow', () => {
  for (const [prepare, deliver, settle] of [
    ['', '', undefined],
    [',"settle":"next-start"', '', 'next-start'],
    [',"settle":"at-once"', ',"settle":{"minutes":15}', { minutes: 15 }],
    ['', ',"settle":"unknown"', 'unknown'],
  ] as const) {
    it(`is believed: ${JSON.stringify(settle)}`, async (test) => {
      const answer = `echo '{"protocol":1,"ok":true${deliver}}'`;
      const { destination } = await staged(test, answer, { prepare });
      assert.deepEqual((await destination.deliver(NEW)).settle, settle);
    });
  }

  it('is believed where its answer to the delivery was lost', async (test) => {
    const settings = { prepare: ',"settle":{"minutes":5}' };
    const { destination } = await staged(test, `${HELD}; exit 1`, settings);
    assert.deepEqual((await destination.deliver(NEW)).settle, { minutes: 5 });
  });

  it('in no words that are known has not answered', async (test) => {
    for (const settle of ['"soon"', '{"minutes":0}', '{"minutes":1.5}', '5']) {
      const { destination } = await staged(test, OK, { prepare: `,"settle":${settle}` });
      assert.match((await refusal(destination)).message, /no answer to prepare: see "settle/);
    }
  });
});
