// `keyturn` and `keyctl` around what they dispatch to.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyctlCommand } from '../../src/cli/keyctl/command.ts';
import { keyturnCommand } from '../../src/cli/keyturn/command.ts';
import { type Command, runCommand } from '../../src/cli/run.ts';
import { createMasker } from '../../src/cli/terminal/mask.ts';
import { fakeHost } from './fake-host.ts';

const REFUSED: readonly (readonly [command: Command, args: readonly string[], code: string])[] = [
  [keyturnCommand, [], 'unknown-command'],
  [keyturnCommand, ['sandbx'], 'unknown-command'],
  [keyturnCommand, ['--help=false'], 'unknown-command'],
  [keyturnCommand, ['--port', '1'], 'unknown-flag'],
  [keyturnCommand, ['sandbox', '--key-lag-s', '-1'], 'bad-value'],
  [keyturnCommand, ['sandbox', '--key-lag-s=1.5s'], 'bad-value'],
  [keyturnCommand, ['sandbox', '--burst=3'], 'conflicting-flags'],
  [keyturnCommand, ['sandbox', '--role-name=Other'], 'conflicting-flags'],
  [keyturnCommand, ['sandbox', '--accounts=1', '--suspended=2'], 'conflicting-flags'],
  [keyturnCommand, ['sandbox', 'advnce', '9d'], 'unknown-command'],
  [keyturnCommand, ['sandbox', 'stop'], 'unknown-command'],
  [keyturnCommand, ['sandbox', 'advance', '9'], 'bad-value'],
  [keyturnCommand, ['sandbox', 'advance', '0d'], 'bad-value'],
  [keyturnCommand, ['sandbox', 'advance', '1.5h'], 'bad-value'],
  [keyturnCommand, ['sandbox', 'advance', '3651d'], 'bad-value'],
  [keyturnCommand, ['sandbox', 'advance', '9', 'days'], 'stray-argument'],
  [keyturnCommand, ['sandbox', 'advance', '-9d'], 'unknown-flag'],
  [keyturnCommand, ['sandbox', 'clock', '9d'], 'stray-argument'],
  [keyturnCommand, ['sandbox', 'workloads', '--add', 'shop'], 'bad-value'],
  [keyturnCommand, ['sandbox', 'workloads', '--add', 'name=shop'], 'bad-value'],
  [keyturnCommand, ['sandbox', 'workloads', '--add', 'often=1m,name=a,place=file=/x'], 'bad-value'],
  [keyturnCommand, ['policy'], 'bad-value'],
  [keyturnCommand, ['policy', 'everything'], 'bad-value'],
  [keyturnCommand, ['policy', 'admin', 'fleet'], 'stray-argument'],
  [keyturnCommand, ['policy', 'admin', '--partition', 'azure'], 'bad-value'],
  [keyctlCommand(), [], 'no-profile'],
  [keyctlCommand(), ['work', '--dry-runs'], 'unknown-flag'],
];

for (const [command, args, code] of REFUSED) {
  test(`${command.program} ${args.join(' ')}: ${code}, exit 2, nothing on stdout`, async () => {
    const host = fakeHost(args);
    const voice = { error: () => {}, hint: () => {}, remark: () => {} };
    const session = { host, voice, masker: createMasker(), followSandbox: async () => {} };
    await assert.rejects(command.run(session), { code });
    assert.equal(await runCommand(command, host), 2);
    assert.equal(host.out(), '');
  });
}
