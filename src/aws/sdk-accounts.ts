// AccountsGateway over the SDK. Only accounts.ts imports this file, when it is called.
//
// All accounts share one way out (Wire), and with it the bound on calls under way. The clients are
// apart, because the SDK keeps its rate limiter per client: a throttled account slows only itself.

import type {
  AccountsGateway,
  AccountsOptions,
  Entrance,
  ListedAccount,
} from './accounts-gateway.ts';
import { type ClientSettings, openStsClient } from './clients.ts';
import { resolveEndpoint } from './endpoint.ts';
import type { AccountGateway } from './gateway.ts';
import { openMemberSession } from './member-session.ts';
import { organizationsRegion, partitionOf } from './partition.ts';
import { repeatableRetries } from './retry.ts';
import { gatewayOf, openSigner } from './sdk-gateway.ts';
import type { OrganizationSource } from './sdk-organization.ts';

export async function openSdkAccounts(options: AccountsOptions): Promise<AccountsGateway> {
  const signer = await openSigner(options);
  const { caller, settings, sources, credentials, clock, signal, close } = signer;
  const partition = partitionOf(caller.arn);
  // Not the client that asked who signs: that one gives up early, because somebody watched.
  const sts = openStsClient(settings, credentials, repeatableRetries(settings.patience));
  const target = { endpoint: settings.stsEndpoint, region: settings.region };

  function organization(): OrganizationSource {
    const endpoint = resolveEndpoint('organizations', sources);
    const region = organizationsRegion(partition) ?? settings.region;
    return { settings, endpoint, region, credentials, signal };
  }

  async function* list(): AsyncGenerator<ListedAccount> {
    const { listAccounts } = await import('./sdk-organization.ts');
    yield* listAccounts(organization());
  }

  let opened: Promise<Pick<AccountsGateway, 'units' | 'tagsOf'>> | undefined;
  const whereabouts = () => {
    opened ??= import('./sdk-organization-units.ts').then(({ openUnits }) =>
      openUnits(organization()),
    );
    return opened;
  };
  const units = async () => await (await whereabouts()).units();
  const tagsOf = async (account: string) => await (await whereabouts()).tagsOf(account);

  function settingsIn(account: string): ClientSettings {
    return { ...settings, emit: (event) => settings.emit({ account, ...event }) };
  }

  async function enter(account: string, entrance?: Entrance): Promise<AccountGateway> {
    if (account === caller.account) {
      // I7: without `signedBy`, so the caller's own key stays. Sessions in other accounts depend on it.
      return gatewayOf(caller, { ...signer, settings: settingsIn(account) });
    }
    const { roleName, externalId } = entrance ?? options;
    const { sessionName } = options;
    const session = await openMemberSession(
      { account, partition, roleName, externalId, sessionName },
      { sts, target, clock, signal },
    );
    // I7: every session depends on the key that opened it.
    const { accessKeyId, sessionOf } = caller;
    return gatewayOf(
      { account, arn: session.arn, accessKeyId, sessionOf },
      { ...signer, settings: settingsIn(account), credentials: session.credentials },
    );
  }

  return { caller, list, units, tagsOf, enter, close };
}
