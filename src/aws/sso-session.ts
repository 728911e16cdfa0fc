// The [sso-session NAME] that a profile signs in through.

import { KeyturnError } from '../base/errors.ts';
import { command } from '../base/hint.ts';
import type { SharedConfig } from './shared-config.ts';

/**
 * The resolver of the SDK takes it for granted that the section is there, and fails with a fault of its own. Throws
 * `no-credentials` where the profile names one that is not.
 */
export function requireSsoSession(profile: string, shared: SharedConfig): void {
  const session = shared.profiles.get(profile)?.sso_session;
  if (session !== undefined && !shared.ssoSessions.has(session)) {
    throw missing(profile, session, shared.configPath);
  }
}

function missing(profile: string, session: string, configPath: string): KeyturnError {
  return new KeyturnError(
    'no-credentials',
    `profile ${profile} signs in through sso_session ${session}, and ${configPath} has no [sso-session ${session}]`,
    {
      hint: [
        'check the name in the profile; to write that section:',
        command('aws', 'configure', 'sso-session'),
      ],
    },
  );
}
