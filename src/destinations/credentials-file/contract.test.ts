import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOREIGN, OLD, passesContract, STRANGE } from '../../../test/destinations/contract.ts';
import { testOpening } from '../../../test/destinations/opening.ts';

const OTHER = '# kept as it is\n[other]\nregion = eu-west-1\n';

function pairOf({ keyId, secret }: typeof OLD): string {
  return `aws_access_key_id = ${keyId}\naws_secret_access_key = ${secret.reveal()}\n`;
}

passesContract({
  kind: 'credentials-file',
  open: async (test) => {
    const { folder, opening, issue } = await testOpening(test);
    const path = join(folder, 'credentials');
    const put = (pair: typeof OLD, more = '') =>
      writeFileSync(path, `[production]\n${pairOf(pair)}\n${OTHER}${more}`, { mode: 0o600 });
    put(OLD);
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
      others: async () => text().includes(OTHER),
      unfit: `${path} [nowhere]`,
      look: {
        "another user's living pair": async () => put(FOREIGN),
        'a pair whose owner is not known': async () => put(STRANGE),
        'the old pair at another place too': async () => put(OLD, `[again]\n${pairOf(OLD)}`),
      },
      whole: async () => text(),
    };
  },
});
