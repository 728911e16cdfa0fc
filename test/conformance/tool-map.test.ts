import assert from 'node:assert/strict';
import type { MapReport } from '../../src/reports/map-report.ts';
import { run } from '../cli/process.ts';
import { behaviours } from './behaviours.ts';
import { jsonClient } from './json-clients.ts';
import { daysAgo } from './times.ts';

behaviours('keyturn map', (behave) => {
  behave('finds keys in secrets and parameters, page by page', async (account) => {
    const [key] = await account.seedUser({ name: 'svc', keys: [{ createDate: daysAgo(5) }] });
    const pair = JSON.stringify({
      AccessKeyId: key?.accessKeyId,
      SecretAccessKey: key?.secretAccessKey,
    });
    const secrets = jsonClient(account, 'secretsmanager');
    const parameters = jsonClient(account, 'ssm');
    for (let index = 0; index < 45; index += 1) {
      const Name = `bulk/${String(index).padStart(3, '0')}`;
      const ClientRequestToken = `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`;
      const SecretString = index === 30 ? pair : '{}';
      await secrets.done('CreateSecret', { Name, SecretString, ClientRequestToken });
    }
    for (let index = 0; index < 25; index += 1) {
      const Value = index === 20 ? pair : 'x';
      await parameters.done('PutParameter', {
        Name: `/bulk/${index}`,
        Type: 'SecureString',
        Value,
      });
    }
    const { accessKeyId, secretAccessKey } = account.administrator.credentials;
    const { code, stdout, stderr } = await run('keyturn', ['map', '--json'], {
      AWS_ENDPOINT_URL: account.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    });
    const report = JSON.parse(stdout || '{}') as MapReport;
    assert.deepEqual(
      report.reads.map(({ kind, read, unread, error }) => [kind, read, unread, error]),
      [
        ['secrets-manager', 45, 0, null],
        ['ssm', 25, 0, null],
      ],
      stderr,
    );
    const found = report.keys.find(({ access_key_id: id }) => id === key?.accessKeyId);
    assert.deepEqual(
      found?.places.map(({ deliver }) => deliver),
      ['secrets-manager=bulk/030', 'ssm=/bulk/20'],
    );
    assert.ok(code === 0 || report.errors.length > 0);
  });
});
