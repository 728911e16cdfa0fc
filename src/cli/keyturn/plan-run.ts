// What plan and apply share: a configuration and the flags that narrow it, settled for a run.

import type { ConfigFile } from '../../app/config/config-file.ts';
import type { CustodyValues } from '../../app/custody-wish.ts';
import type { PlannedRun } from '../../app/plan/make-plan.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { Config } from '../../config/read-config.ts';
import { foundConfig } from '../flags/config-flag.ts';
import { limitsOf } from '../flags/environment-limits.ts';
import type { ResolvedOptions } from '../rotate/options.ts';
import { settle } from '../rotate/options.ts';
import type { Session } from '../run.ts';
import { quietLog } from './keys/quiet-log.ts';
import type { PlanValues } from './plan-flags.ts';

type Shared = Pick<
  PlanValues,
  | 'config'
  | 'user'
  | 'rule'
  | 'accounts'
  | 'excludeAccounts'
  | 'profile'
  | 'region'
  | 'maxParallel'
  | 'timeout'
  | 'stateDir'
  | keyof CustodyValues
  | 'acceptVolatileState'
  | 'logFormat'
  | 'logLevel'
  | 'logFile'
  | 'metrics'
  | 'metricsAccounts'
> &
  Partial<Pick<PlanValues, 'untrusted'>> & { readonly outputFormat: 'json' | 'text' };

/** Flags of rotate-iam-keys that say what the file says. */
const OF_THE_FILE = {
  daysThreshold: undefined,
  beforeNextRun: undefined,
  retire: undefined,
  quietDays: undefined,
  retireDeadlineDays: undefined,
  cleanupInactive: undefined,
  inactiveDays: undefined,
  deliver: undefined,
  movedFrom: undefined,
  createMissing: undefined,
  createKmsKey: undefined,
  createTags: undefined,
  handoffRecipient: undefined,
  handoffRecipientsFile: undefined,
  organization: undefined,
  roleName: undefined,
  externalId: undefined,
  inventory: undefined,
  dryRun: undefined,
  detailedExitcode: undefined,
  help: undefined,
  version: undefined,
} as const;

export interface Settled {
  readonly options: ResolvedOptions;
  readonly config: Config;
  readonly run: PlannedRun;
}

export interface PlanSettler {
  readonly file: ConfigFile;
  readonly isDryRunForced: boolean;
  readonly log: ResolvedOptions['log'];
  /** Anew for each pass: limits count what a run does. Throws `bad-config` and the like. */
  readonly settle: () => Promise<Settled>;
}

export function planSettler({ host }: Session, values: Shared): PlanSettler {
  const file = foundConfig(values.config, host);
  const { isDryRunForced } = limitsOf(host.env, values.user);
  const { untrusted: isUntrusted = false, rule: [onlyRule] = [], ...others } = values;
  const all = { ...OF_THE_FILE, ...others, config: file.path };
  const defaults = { outputFormat: 'json', timeoutSeconds: undefined, readsConfig: true } as const;
  const options = settle(all, host, defaults);
  return {
    file,
    isDryRunForced,
    log: quietLog(values, host),
    settle: async () => {
      const { withConfig } = await import('../rotate/config-options.ts');
      const now = host.clock.now();
      const request = { file, values: all, options, onlyRule, isUntrusted };
      const found = await withConfig(request, host, now);
      refuseUnknownRule(onlyRule, found.config);
      return { options: found.options, config: found.config, run: runOf(found, values) };
    },
  };
}

const EXPIRES_HOURS = 24;

function runOf(
  {
    options,
    config,
    nameOf,
  }: Pick<Settled, 'options' | 'config'> & Pick<PlannedRun['request'], 'nameOf'>,
  { user, rule: [onlyRule] = [], accounts, untrusted: isUntrusted = false }: Shared,
): PlannedRun {
  return {
    rotate: { ...options.rotate, isUntrusted },
    expiresHours: config.model.plan?.expires_hours ?? EXPIRES_HOURS,
    request: {
      config: { path: config.file, model: config },
      trusted: !isUntrusted,
      scope: {
        user: user ?? null,
        rule: onlyRule ?? null,
        accounts: accounts === undefined ? null : [...accounts],
      },
      nameOf,
      warnings: [],
    },
  };
}

function refuseUnknownRule(rule: string | undefined, { model, file }: Config): void {
  if (rule === undefined || model.rules.some(({ name }) => name === rule)) return;
  throw new KeyturnError('bad-value', `no rule of ${file} is called ${JSON.stringify(rule)}`, {
    hint: `the rules are ${model.rules.map(({ name }) => name).join(', ')}`,
  });
}
