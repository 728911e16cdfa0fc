// The [sso-session NAME] that a profile signs in through.

import { KeyturnError } from '../base/errors.ts';
import { command } from '../base/hint.ts';
import { pairOfSettings, type SharedConfig } from './shared-config.ts';

/**
 * The resolver of the SDK takes it for granted that the section is there, and fails with a fault of its own. Throws
 * `no-credentials` where the profile, or what it takes for its source, names one that is not.
 */
export function requireSsoSession(profile: string, shared: SharedConfig): void {
  const seen = new Set<string>();
  for (let name: string | undefined = profile; name && !seen.has(name); ) {
    seen.add(name);
    const settings: Readonly<Record<string, string | undefined>> = shared.profiles.get(name) ?? {};
    const source = settings.role_arn ? settings.source_profile : undefined;
    const session = settings.sso_session;
    const isSigningIn =
      session !== undefined &&
      !settings.role_arn &&
      (name === profile ||
        (!settings.credential_process && pairOfSettings(settings) === undefined));
    if (isSigningIn && !shared.ssoSessions.has(session)) {
      throw missing(name, session, shared.configPath);
    }
    name = source;
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
