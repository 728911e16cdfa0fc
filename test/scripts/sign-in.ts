// The directives about sessions: how they are opened, and by what way a run gets them.

import { mkdirSync, writeFileSync } from 'node:fs';
import { DEFAULT_ACCOUNT_ID, type Sandbox } from '../../src/sandbox/index.ts';
import type { Directive } from './run-script.ts';
import type { Stage } from './stage.ts';

export const SIGN_IN: readonly Directive[] = [
  {
    usage: "the environment signs with a session of USER: GetSessionToken's",
    pattern: /^the environment signs with a session of (\S+)$/,
    perform: (stage, user) => {
      const { accessKeyId, secret, token } = sessionOf(stage, user);
      Object.assign(stage.env, {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secret,
        AWS_SESSION_TOKEN: token,
      });
    },
  },
  {
    usage: 'profile NAME holds a session of USER | … runs a tool that prints …',
    pattern: /^profile (\S+) (holds|runs a tool that prints) a session of (\S+)$/,
    perform: (stage, name, how, user) => {
      const { accessKeyId, secret, token } = sessionOf(stage, user);
      if (how === 'holds') {
        addSection(stage, 'config', `profile ${name}`, { endpoint_url: stage.sandbox.url });
        addSection(stage, 'credentials', name, {
          aws_access_key_id: accessKeyId,
          aws_secret_access_key: secret,
          aws_session_token: token,
        });
      } else {
        printingProfile(stage, name, {
          AccessKeyId: accessKeyId,
          SecretAccessKey: secret,
          SessionToken: token,
        });
      }
    },
  },
  {
    usage: 'profile NAME runs a tool that prints USER/LABEL',
    pattern: /^profile (\S+) runs a tool that prints (\S+\/\S+)$/,
    perform: (stage, name, label) => {
      const { id, secret } = stage.key(label);
      printingProfile(stage, name, { AccessKeyId: id, SecretAccessKey: secret });
    },
  },
  {
    usage: 'profile NAME assumes a role with profile NAME | … with the environment',
    pattern: /^profile (\S+) assumes a role with (?:profile (\S+)|the environment)$/,
    perform: (stage, name, source) => {
      const role = `role-of-${name}`;
      stage.sandbox.world.addRole(DEFAULT_ACCOUNT_ID, { name: role, administrator: true });
      addSection(stage, 'config', `profile ${name}`, {
        endpoint_url: stage.sandbox.url,
        role_arn: `arn:aws:iam::${DEFAULT_ACCOUNT_ID}:role/${role}`,
        ...(source === '' ? { credential_source: 'Environment' } : { source_profile: source }),
      });
    },
  },
];

function sessionOf(
  { sandbox: { world } }: Stage,
  name: string,
): ReturnType<Sandbox['world']['openSession']> {
  const user = world.user(DEFAULT_ACCOUNT_ID, name);
  return world.openSession(DEFAULT_ACCOUNT_ID, 3600, { principal: { user }, mfa: true });
}

function printingProfile(stage: Stage, name: string, fields: Record<string, string>): void {
  const folder = `${awsFolder(stage)}/printed-by-${name}`;
  mkdirSync(folder);
  writeFileSync(`${folder}/credentials`, JSON.stringify({ Version: 1, ...fields }));
  addSection(stage, 'config', `profile ${name}`, {
    credential_process: `/bin/cat ${folder}/credentials`,
    endpoint_url: stage.sandbox.url,
  });
}

type Settings = Readonly<Record<string, string>>;

function addSection(stage: Stage, file: string, name: string, settings: Settings): void {
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
  const section = `[${name}]\n${lines.join('\n')}\n`;
  writeFileSync(`${awsFolder(stage)}/${file}`, section, { flag: 'a' });
}

function awsFolder({ env }: Stage): string {
  const folder = `${env.HOME}/.aws`;
  mkdirSync(folder, { recursive: true });
  return folder;
}
