import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OLD, passesContract } from '../../../test/destinations/contract.ts';
import { testOpening } from '../../../test/destinations/opening.ts';

passesContract({
  kind: 'credentials-file',
  open: async (test) => {
    const { folder, opening, issue } = await testOpening(test);
    const path = join(folder, 'credentials');
    const other = '# kept as it is\n[other]\nregion = eu-west-1\n';
    writeFileSync(
      path,
      `[production]\naws_access_key_id = ${OLD.keyId}\naws_secret_access_key = ${OLD.secret.reveal()}\n\n${other}`,
      { mode: 0o600 },
    );
    const text = () => readFileSync(path, 'utf8');
    return {
      place: `${path} [production]`,
      opening,
      issue,
      served: async () => {
        const [, id = ''] = /\[production\]\naws_access_key_id = (\S+)/.exec(text()) ?? [];
        const [, secret = ''] = /\naws_secret_access_key = (\S+)/.exec(text()) ?? [];
        return { id, secret };
      },
      others: async () => text().includes(other),
    };
  },
});
