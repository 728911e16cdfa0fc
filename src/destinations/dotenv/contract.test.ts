import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOREIGN, OLD, passesContract, STRANGE } from '../../../test/destinations/contract.ts';
import { ENCODED_FORMS, oneValue, wordOf } from '../../../test/destinations/form-texts.ts';
import { testOpening } from '../../../test/destinations/opening.ts';

const HEAD = '# kept\nexport DEBUG="a # b"\r\nPATH_LIST=/a:/b\n';
const TAIL = "NAME='two words'\n\n";

passesContract({
  kind: 'dotenv',
  open: async (test) => {
    const { folder, opening, issue } = await testOpening(test);
    const path = join(folder, '.env');
    const put = ({ keyId, secret }: typeof OLD, more = '') => {
      const pair = `S3_KEY="${keyId}"\nS3_SECRET=${secret.reveal()}\n`;
      writeFileSync(path, `${HEAD}${pair}${TAIL}${more}`, { mode: 0o640 });
    };
    put(OLD);
    const text = () => readFileSync(path, 'utf8');
    return {
      place: `${path}#S3_KEY,S3_SECRET`,
      opening,
      issue,
      served: async () => {
        const [, id = ''] = /^S3_KEY="?([^"\n]*)"?$/m.exec(text()) ?? [];
        const [, secret = ''] = /^S3_SECRET=(.*)$/m.exec(text()) ?? [];
        return { id, secret };
      },
      others: async () => text().startsWith(HEAD) && text().endsWith(TAIL),
      unfit: `${path}#NOWHERE,S3_SECRET`,
      look: {
        "another user's living pair": async () => put(FOREIGN),
        'a pair whose owner is not known': async () => put(STRANGE),
        'the old pair at another place too': async () => put(OLD, `AGAIN=${OLD.keyId}\n`),
      },
      whole: async () => text(),
      takeAway: () => writeFileSync(path, `${HEAD}${TAIL}`, { mode: 0o640 }),
    };
  },
});

for (const form of ENCODED_FORMS) {
  passesContract({
    kind: 'dotenv',
    open: async (test) => {
      const { folder, opening, issue } = await testOpening(test);
      const path = join(folder, '.env');
      const one = oneValue(form);
      const put = (key: typeof OLD, more = '') =>
        writeFileSync(path, `${HEAD}S3_PAIR="${one.put(key)}"\n${TAIL}${more}`, { mode: 0o640 });
      put(OLD);
      const text = () => readFileSync(path, 'utf8');
      return {
        place: `${path}#S3_PAIR`,
        form: wordOf(form),
        opening,
        issue,
        served: async () => one.read(/^S3_PAIR="(.*)"$/m.exec(text())?.[1] ?? ''),
        others: async () => text().startsWith(HEAD) && text().endsWith(TAIL),
        unfit: `${path}#NOWHERE`,
        look: {
          "another user's living pair": async () => put(FOREIGN),
          'a pair whose owner is not known': async () => put(STRANGE),
          'the old pair at another place too': async () =>
            put(OLD, `AGAIN=${OLD.secret.reveal()}\n`),
        },
        whole: async () => text(),
      };
    },
  });
}
