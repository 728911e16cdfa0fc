import { after } from 'node:test';
import { FOREIGN, OLD, passesContract, STRANGE } from '../../../test/destinations/contract.ts';
import { oneValue, WHOLE_FORMS, wordOf } from '../../../test/destinations/form-texts.ts';
import { testOpening } from '../../../test/destinations/opening.ts';
import { type BaoServer, ROOT, startBao } from '../../../test/openbao/bao-server.ts';

let started: Promise<BaoServer> | undefined;
after(async () => await (await started)?.close());
let places = 0;

for (const engine of [2, 1] as const) {
  passesContract({
    kind: 'vault',
    open: async (test) => {
      started ??= startBao();
      const bao = await started;
      places += 1;
      const mount = `team/kv${places}`;
      await bao.mount(mount, engine);
      const env = { VAULT_ADDR: bao.url, VAULT_TOKEN: ROOT };
      const { opening, issue } = await testOpening(test, env);
      const data = engine === 2 ? `${mount}/data/app/alice` : `${mount}/app/alice`;
      const kept = { name: 'café "x"', n: 1.5, list: [1, null], inner: { a: { b: true } } };
      const put = async ({ keyId, secret }: typeof OLD, more = {}) => {
        const fields = { ...kept, aws: { id: keyId, secret: secret.reveal() }, ...more };
        await bao.must('POST', data, { body: engine === 2 ? { data: fields } : fields });
      };
      await put(OLD);
      if (engine === 2) {
        const body = { custom_metadata: { owner: 'ops' }, max_versions: 7 };
        await bao.must('POST', `${mount}/metadata/app/alice`, { body });
      }
      const read = async () => {
        const { data: found } = await bao.must('GET', data);
        return engine === 2 ? found.data : found;
      };
      return {
        place: `${mount}/app/alice#id=aws.id,secret=aws.secret`,
        opening,
        issue,
        keepsNothing: engine === 1,
        served: async () => (await read()).aws,
        others: async () => {
          const { aws: _, ...others } = await read();
          if (engine === 1) return others;
          const { data: about } = await bao.must('GET', `${mount}/metadata/app/alice`);
          return [others, about.custom_metadata, about.max_versions];
        },
        unfit: `${mount}/app/nobody#id=aws.id,secret=aws.secret`,
        look: {
          "another user's living pair": async () => await put(FOREIGN),
          'a pair whose owner is not known': async () => await put(STRANGE),
          'the old pair at another place too': async () =>
            await put(OLD, { again: `key ${OLD.keyId}` }),
        },
        whole: async () => await bao.must('GET', data).then(({ data: whole }) => whole),
      };
    },
  });
}

for (const form of [undefined, ...WHOLE_FORMS]) {
  passesContract({
    kind: 'vault',
    open: async (test) => {
      started ??= startBao();
      const bao = await started;
      places += 1;
      const mount = `team/kv${places}`;
      await bao.mount(mount, 2);
      const env = { VAULT_ADDR: bao.url, VAULT_TOKEN: ROOT };
      const { opening, issue } = await testOpening(test, env);
      const data = `${mount}/data/app/alice`;
      const one = oneValue(form, { kept: 1 });
      const put = async (key: typeof OLD, more = {}) => {
        const fields = { name: 'café "x"', aws: { file: one.put(key), region: 'x' }, ...more };
        await bao.must('POST', data, { body: { data: fields } });
      };
      await put(OLD);
      const read = async () => (await bao.must('GET', data)).data.data;
      return {
        place: `${mount}/app/alice#aws.file`,
        ...(form !== undefined && { form: wordOf(form) }),
        opening,
        issue,
        served: async () => one.read((await read()).aws.file),
        others: async () => {
          const { aws, ...others } = await read();
          return [others, aws.region];
        },
        unfit: `${mount}/app/nobody#aws.file`,
        look: {
          "another user's living pair": async () => await put(FOREIGN),
          'a pair whose owner is not known': async () => await put(STRANGE),
          'the old pair at another place too': async () =>
            await put(OLD, { again: `key ${OLD.keyId}` }),
        },
        whole: async () => await read(),
      };
    },
  });
}
