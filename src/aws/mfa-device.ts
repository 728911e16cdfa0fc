// The MFA device whose code opens a session for a user's own key: the one that the profile names, or else
// the one that IAM lists for the user. AWS's advice for policies that demand MFA leaves that list allowed.

import { IAMClient, ListMFADevicesCommand } from '@aws-sdk/client-iam';
import { type ClientSettings, commonConfig } from './clients.ts';
import type { CredentialProvider } from './credential-provider.ts';
import type { EndpointSources } from './endpoint.ts';

/** STS takes the codes of virtual and hardware devices. Security keys and SMS have ARNs of other kinds. */
const HAS_CODES = /^(?:[\w-]+|arn:[^:]*:iam::\d*:mfa\/.+)$/;

/** Undefined where nothing names one: IAM lists none with codes, or may not be asked. */
export async function findMfaDevice(
  sources: EndpointSources,
  settings: ClientSettings,
  credentials: CredentialProvider,
): Promise<string | undefined> {
  const named = sources.shared.profiles.get(sources.profile ?? 'default')?.mfa_serial;
  if (named) return named;
  const iam = new IAMClient({
    ...commonConfig(settings),
    credentials,
    ...(settings.iamEndpoint === undefined ? {} : { endpoint: settings.iamEndpoint }),
  });
  try {
    const { MFADevices: devices = [] } = await iam.send(new ListMFADevicesCommand({}));
    const serials = devices.flatMap(({ SerialNumber: serial }) => serial ?? []);
    return serials.find((serial) => HAS_CODES.test(serial));
  } catch {
    return undefined;
  }
}
