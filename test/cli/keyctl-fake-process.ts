// keyctl as a process of its own, with use cases made of memory: for tests on a real terminal.
// FAKE_KEYCTL chooses what AWS is like.

import { KeyturnError } from '../../src/base/errors.ts';
import { keyctlCommand } from '../../src/cli/keyctl/command.ts';
import { runCli } from '../../src/cli/run.ts';
import { type FakeAws, fakeParts, PROFILES, ROTATION, twoKeys } from './fake-keyctl.ts';

const DEVICE = 'arn:aws:iam::123456789012:mfa/ada';

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
        const code = await options.askMfaCode?.(DEVICE);
        return fakeParts({ exam: { user: `code-${code}` } }).openProfileSession(options, context);
      },
    },
  },
  denied: {
    parts: {
      findMfaDevice: async () => ({ serial: DEVICE }),
      openProfileSession: async (options, context) => {
        if (options.isMfaWanted !== true) {
          throw new KeyturnError('access-denied', 'not allowed: with an explicit deny');
        }
        const code = await options.askMfaCode?.(DEVICE);
        return fakeParts({ exam: { user: `code-${code}` } }).openProfileSession(options, context);
      },
    },
  },
  umlauts: {
    parts: {
      listProfiles: async () => ({
        credentialsPath: '/home/ada/.aws/credentials',
        configPath: '/home/ada/.aws/config',
        profiles: PROFILES.slice(0, 1).map((each) => ({ ...each, name: 'müller' })),
      }),
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
