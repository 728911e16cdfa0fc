// `keyturn map [PLACES...]`: in which places each key stands.

import { KeyturnError } from '../../base/errors.ts';
import { printableJson } from '../../base/printable.ts';
import { MAP_STATE_WORDS, type MapState } from '../../reports/map-states.ts';
import { selectionOf } from '../flags/account-flags.ts';
import { isAskedFor, parseCommandLine, quoted } from '../flags/argv.ts';
import type { FlagValues } from '../flags/flag.ts';
import { helpWidth } from '../flags/help.ts';
import { placePatterns } from '../flags/place-patterns.ts';
import { regionOf } from '../flags/surroundings.ts';
import { DEFAULTS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';
import { inRunShell } from '../run-shell.ts';
import { styleOf } from '../terminal/style.ts';
import { keysCommand } from './init.ts';
import { MAP_FLAGS, mapHelp } from './map-flags.ts';
import { readingShell } from './reading-shell.ts';

type Values = FlagValues<typeof MAP_FLAGS>;

export async function runMap(session: Session, args: readonly string[]): Promise<number> {
  const { host } = session;
  if (isAskedFor(MAP_FLAGS, args, 'help')) {
    await host.stdout.write(mapHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { values, words } = parseCommandLine(MAP_FLAGS, args, Number.POSITIVE_INFINITY);
  const only = statesOf(values);
  const patterns = placePatterns(words);
  const accounts = selectionOf(values);
  const { profile, region = regionOf(host.env), maxParallel = DEFAULTS.maxParallel } = values;
  const shell = readingShell(values, host, (error) =>
    values.json ? json({ error: issueOf(error) }) : undefined,
  );
  return await inRunShell(session, shell, async ({ log, signal, print }) => {
    const { clock, env } = host;
    const { isWhole, survey } = await import('../../app/map/survey.ts');
    const withDetails = values.draft ?? false;
    const options = { accounts, profile, region, maxParallel, patterns, withDetails };
    const surveyed = await survey(options, { clock, emit: log.emit, signal, env });
    const now = clock.now();
    const code = isWhole(surveyed) ? 0 : 1;
    if (values.draft) {
      const { draftSurvey } = await import('../../app/init/draft-survey.ts');
      const { starterText } = await import('../../app/init/write-starter.ts');
      await print(
        await starterText(
          draftSurvey(surveyed, { now, accounts, keysCommand: keysCommand(values) }).draft,
          now,
        ),
      );
      return code;
    }
    const { buildMapReport } = await import('../../app/map/build-map-report.ts');
    const report = buildMapReport(surveyed, { now, only });
    const { renderMap } = await import('../../reports/map-text.ts');
    await print(values.json ? json(report) : renderMap(report, styleOf(host.stdout, host)));
    return code;
  });
}

/** Throws `bad-value` and `conflicting-flags`. */
function statesOf({ only, draft, json: isJson }: Values): ReadonlySet<MapState> | undefined {
  const idle = isJson ? '--json' : only === undefined ? undefined : '--only';
  if (draft && idle !== undefined) {
    throw new KeyturnError('conflicting-flags', `${idle} has no effect with --draft`, {
      hint: 'keep one of them',
    });
  }
  const odd = only?.find((word) => !MAP_STATE_WORDS.some((state) => state === word));
  if (odd !== undefined) {
    throw new KeyturnError('bad-value', `--only takes no ${quoted(odd)}`, {
      hint: `the states are ${MAP_STATE_WORDS.join(', ')}`,
    });
  }
  return only === undefined ? undefined : new Set(only as readonly MapState[]);
}

function issueOf({ code, message, hint }: KeyturnError) {
  return { code, message, hint: hint ?? null };
}

function json(document: unknown): string {
  return `${printableJson(document, 2)}\n`;
}
