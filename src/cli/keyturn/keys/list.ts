// `keyturn keys`: every key with its age, its last use and what keyturn makes of it.

import type { AccountKeysOptions } from '../../../app/keys/account-keys.ts';
import { openState } from '../../../app/open-state.ts';
import { KeyturnError } from '../../../base/errors.ts';
import { printableJson } from '../../../base/printable.ts';
import type { KeysReport } from '../../../reports/keys-report.ts';
import { selectionOf } from '../../flags/account-flags.ts';
import { isAskedFor, parseFlags } from '../../flags/argv.ts';
import type { FlagValues } from '../../flags/flag.ts';
import { helpWidth } from '../../flags/help.ts';
import { sameReach } from '../../flags/same-reach.ts';
import { regionOf, stateDirectory } from '../../flags/surroundings.ts';
import type { Host } from '../../host.ts';
import { DEFAULTS } from '../../rotate/flags.ts';
import type { Session } from '../../run.ts';
import { inRunShell } from '../../run-shell.ts';
import { styleOf } from '../../terminal/style.ts';
import { listFailure } from '../keys-failures.ts';
import { readingShell } from '../reading-shell.ts';
import { KEYS_FLAGS } from './flags.ts';
import { keysHelp } from './help.ts';

type Values = FlagValues<typeof KEYS_FLAGS>;

export async function listKeysCommand(session: Session, args: readonly string[]): Promise<number> {
  const { host } = session;
  if (isAskedFor(KEYS_FLAGS, args, 'help')) {
    await host.stdout.write(keysHelp(helpWidth(host.stdout)));
    return 0;
  }
  const values = parseFlags(KEYS_FLAGS, args);
  const options = settle(values);
  const accounts = selectionOf(values);
  const place = stateDirectory(values.stateDir, host);
  const shell = readingShell(values, host, (error) =>
    values.json ? json(listFailure(error, options.daysThreshold, host.clock.now())) : undefined,
  );
  return await inRunShell(session, shell, async ({ log, signal, print }) => {
    const { clock, env } = host;
    const { profile, region = regionOf(env) } = values;
    const state = await openState(place, { clock, env, profile, region, emit: log.emit, signal });
    const { listKeys } = await import('../../../app/keys/list-keys.ts');
    const { buildKeysReport } = await import('../../../app/keys/build-keys-report.ts');
    const context = { clock, emit: log.emit, signal, env, state };
    const listed = await listKeys({ ...options, accounts, profile, region }, context);
    const report = buildKeysReport(listed, {
      now: clock.now(),
      daysThreshold: options.daysThreshold,
      reach: (account) => sameReach(values, accounts === undefined ? undefined : account),
    });
    await print(await rendered(report, values, host));
    return report.errors.length > 0 ? 1 : 0;
  });
}

async function rendered(report: KeysReport, values: Values, host: Host) {
  if (values.json) return json(report);
  const { keysCsv, renderKeys } = await import('../../../reports/keys-text.ts');
  if (values.csv) return keysCsv(report);
  return renderKeys(report, styleOf(host.stdout, host));
}

function settle(values: Values): Omit<AccountKeysOptions, 'isOneOfSeveral'> {
  if (values.json && values.csv) {
    throw new KeyturnError('conflicting-flags', '--json and --csv contradict each other', {
      hint: 'keep one of them',
    });
  }
  if (values.inventory !== undefined && values.user !== undefined) {
    throw new KeyturnError(
      'conflicting-flags',
      `--inventory ${values.inventory} has no effect with --user ${values.user}`,
      { hint: 'leave --inventory out: only the keys of that user are read' },
    );
  }
  return {
    daysThreshold: values.daysThreshold ?? DEFAULTS.daysThreshold,
    user: values.user,
    filter: {
      isDueOnly: values.due ?? false,
      isInGraceOnly: values.inGrace ?? false,
      unusedDays: values.unused,
    },
    withIds: values.ids ?? false,
    inventory: values.inventory ?? 'auto',
    maxParallel: values.maxParallel ?? DEFAULTS.maxParallel,
  };
}

function json(report: KeysReport): string {
  return `${printableJson(report, 2)}\n`;
}
