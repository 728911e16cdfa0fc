// What the administrator of a gateway fixes is not added to by whoever calls the service.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { partsWith, rotatesOne } from '../../test/cli/fake-account.ts';
import { fakeHost } from '../../test/cli/fake-host.ts';
import { gatewayCommand } from './gateway.ts';
import { runCommand } from './run.ts';

async function called(args: readonly string[]) {
  const host = fakeHost(args, {
    env: { KEYTURN_GATEWAY_FLAGS: '--timeout 60 --deliver secrets-manager=app/{user}' },
  });
  const code = await runCommand(gatewayCommand(partsWith(rotatesOne)), host);
  return { code, said: host.err() };
}

it('refuses a flag that both give, a list as well', async () => {
  for (const given of ['--deliver=stdout', '--timeout=70']) {
    const { code, said } = await called([given]);
    assert.equal(code, 2, said);
    const flag = given.replace(/=.*/, '');
    assert.match(
      said,
      new RegExp(`${flag} is given in KEYTURN_GATEWAY_FLAGS too \\[repeated-flag\\]`),
    );
  }
});

it('takes what is empty for not given', async () => {
  const { code, said } = await called(['--deliver=', '--target_user=', '--dry_run']);
  assert.equal(code, 0, said);
});
