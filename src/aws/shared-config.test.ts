import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { profilePaths } from '../credentials-file/paths.ts';
import { loadSharedConfig } from './shared-config.ts';

it('signs with the files that are edited, wherever the environment says that home is', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'keyturn-home-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  await mkdir(join(home, '.aws'));
  await writeFile(join(home, '.aws', 'credentials'), '[work]\nregion = eu-west-1\n');
  const environments = [
    { HOME: home },
    { USERPROFILE: home },
    { HOMEDRIVE: '/', HOMEPATH: home.slice(1) },
    { HOME: home, AWS_SHARED_CREDENTIALS_FILE: '~/.aws/credentials', AWS_CONFIG_FILE: '/none' },
  ];
  for (const env of environments) {
    const { profiles, credentialsPath, configPath } = await loadSharedConfig(env);
    assert.equal(profiles.get('work')?.region, 'eu-west-1', JSON.stringify(env));
    const around = { env, home: '/elsewhere', platform: process.platform };
    const edited = profilePaths(undefined, around);
    assert.deepEqual({ credentials: credentialsPath, config: configPath }, edited);
  }
});
