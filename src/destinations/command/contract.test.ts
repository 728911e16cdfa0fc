import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FOREIGN, NEW, OLD, passesContract, STRANGE } from '../../../test/destinations/contract.ts';
import { testOpening } from '../../../test/destinations/opening.ts';
import { openDestination } from '../kinds.ts';

/** From dist/src/destinations/command/: what users begin with is what the contract is held against. */
const EXAMPLES = fileURLToPath(new URL('../../../../examples/command/', import.meta.url));

for (const example of ['put-key.sh', 'put-key.py']) {
  passesContract({
    kind: 'command',
    open: async (test) => {
      const { folder, opening, issue } = await testOpening(test);
      chmodSync(folder, 0o700);
      const program = join(folder, example);
      copyFileSync(join(EXAMPLES, example), program);
      chmodSync(program, 0o700);
      const path = join(folder, 'alice.env');
      const whole = () => readFileSync(path, 'utf8');
      const put = ({ keyId, secret }: typeof OLD) => {
        const text = `AWS_ACCESS_KEY_ID=${keyId}\nAWS_SECRET_ACCESS_KEY=${secret.reveal()}\n`;
        writeFileSync(path, text, { mode: 0o600 });
      };
      put(OLD);
      return {
        place: `${program} ${path}`,
        opening,
        issue,
        served: async () => {
          const [, id = ''] = /^AWS_ACCESS_KEY_ID=(.*)$/m.exec(whole()) ?? [];
          const [, secret = ''] = /^AWS_SECRET_ACCESS_KEY=(.*)$/m.exec(whole()) ?? [];
          return { id, secret };
        },
        unfit: `${program} ${join(folder, 'missing', 'alice.env')}`,
        whole: async () => whole(),
        tellsNoSecret: true,
        look: {
          "another user's living pair": async () => put(FOREIGN),
          'a pair whose owner is not known': async () => put(STRANGE),
        },
      };
    },
  });
}

for (const example of ['put-key.sh', 'put-key.py']) {
  for (const before of ['AWS_ACCESS_KEY_ID=\nAWS_SECRET_ACCESS_KEY=\n', '']) {
    it(`${example} begins with a place that holds no pair yet: ${JSON.stringify(before)}`, async (test) => {
      const { folder, opening } = await testOpening(test);
      chmodSync(folder, 0o700);
      const program = join(folder, example);
      copyFileSync(join(EXAMPLES, example), program);
      chmodSync(program, 0o700);
      const path = join(folder, 'alice.env');
      writeFileSync(path, before, { mode: 0o600 });
      const target = { kind: 'command', place: `${program} ${path}` };
      const destination = await openDestination(target, opening);
      assert.ok(destination !== undefined);
      await destination.prepare?.();
      const receipt = await destination.deliver(NEW);
      assert.ok((await destination.holds(NEW.keyId, receipt)) !== undefined);
    });
  }
}
