// keyctl as a process of its own, with use cases made of memory: for tests on a real terminal.
// FAKE_KEYCTL chooses what AWS is like.

import { keyctlCommand } from '../../src/cli/keyctl/command.ts';
import { runCli } from '../../src/cli/run.ts';
import { type FakeAws, fakeParts, PROFILES, ROTATION, twoKeys } from './fake-keyctl.ts';

const WORLDS: Readonly<Record<string, FakeAws>> = {
  plain: {},
  busy: { exam: twoKeys(false) },
  slow: {
    rotate: async (_request, { clock, signal }) => {
      await clock.sleep(60_000, signal);
      return ROTATION;
    },
  },
  mfa: {
    parts: {
      openProfileSession: async (options, context) => {
        const code = await options.askMfaCode?.('arn:aws:iam::123456789012:mfa/ada');
        return fakeParts({ exam: { user: `code-${code}` } }).openProfileSession(options, context);
      },
    },
  },
  letterq: {
    parts: {
      listProfiles: async () => ({
        credentialsPath: '/home/ada/.aws/credentials',
        configPath: '/home/ada/.aws/config',
        profiles: PROFILES.map((each) => ({ ...each, name: `q${each.name}` })),
      }),
    },
  },
  many: {
    parts: {
      listProfiles: async () => ({
        credentialsPath: '/home/ada/.aws/credentials',
        configPath: '/home/ada/.aws/config',
        profiles: Array.from({ length: 60 }, (_, index) => ({
          name: `team-${index}-${'x'.repeat(index)}`,
          keyId: `AKIATEAMTEAMTEAM${1000 + index}`,
          kind: 'key',
          rotatable: true,
          note: undefined,
        })),
      }),
    },
  },
};

await runCli(keyctlCommand(fakeParts(WORLDS[process.env.FAKE_KEYCTL ?? 'plain'])));
