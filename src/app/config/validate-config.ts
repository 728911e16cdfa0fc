// Use case of `keyturn validate`: everything that is wrong in a configuration, and what it promises. Nothing
// is executed and nobody is asked.

import type { ConfigFault } from '../../config/fault.ts';
import { writtenHooks } from '../../config/filled-hook.ts';
import type { Config } from '../../config/read-config.ts';
import { layersOf, settingsOf } from '../../config/settings.ts';
import type { ReportedFault, ShownFault, ValidateReport } from '../../reports/validate-report.ts';
import { type ConfigFile, readConfigFile } from './config-file.ts';

export interface Validated {
  readonly report: ValidateReport;
  /** Errors and warnings with their lines. */
  readonly faults: readonly ShownFault[];
}

export async function validateConfig(file: ConfigFile, now: Date): Promise<Validated> {
  const { config, faults } = await readConfigFile(file, now);
  const of = (severity: ConfigFault['severity']) =>
    faults.filter((fault) => fault.severity === severity).map(reported);
  return {
    report: {
      file: file.shown,
      valid: config !== undefined,
      errors: of('error'),
      warnings: of('warning'),
      rules: config === undefined ? [] : rulesOf(config),
      exemptions: config?.exemptions.length ?? 0,
    },
    faults,
  };
}

function reported({ severity, code, message, file, line, column }: ConfigFault): ReportedFault {
  return { severity, code, message, file, line, column };
}

function rulesOf({ model, at }: Config): ValidateReport['rules'] {
  const groups = model.accounts?.groups?.map(({ name }, index) => ({ name, index })) ?? [undefined];
  return model.rules.flatMap(({ name }, rule) =>
    groups.map((group) => {
      const { daysThreshold, lookAheadDays, promise, hooks } = settingsOf(
        layersOf(model, rule, group?.index),
      );
      return {
        name,
        line: at(['rules', rule, 'name']).line,
        account_group: group?.name ?? null,
        begins_after_days: daysThreshold.value - lookAheadDays.value,
        max_age_days: promise?.maxAgeDays ?? null,
        hooks: [...writtenHooks(hooks)],
      };
    }),
  );
}
