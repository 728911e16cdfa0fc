// What the verdict of a configuration about a user means for a run, in the run's own words.

import { KeyturnError as Fault } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import type { UserVerdict } from '../../config/evaluate.ts';
import type { GateVerdict } from '../../config/gate.ts';
import type { Config } from '../../config/read-config.ts';
import type { HeldBack, UserTurn } from '../run-settings.ts';

export function unlessGoverned(
  verdict: Exclude<UserVerdict, { kind: 'governed' }>,
  { name, config }: { readonly name: string; readonly config: Config },
): UserTurn {
  const explain = [
    'to see which rules were asked:',
    command('keyturn', 'explain', name, '--config', config.file),
  ];
  const renew = [
    'renew it there with another "until", at most 366 days ahead, or take it out; what governs then is told by:',
    command('keyturn', 'explain', name, '--config', config.file),
  ];
  const refused = (
    code: 'exemption-expired' | 'user-not-judged' | 'no-rule',
    message: string,
  ): UserTurn => ({
    kind: 'refused',
    error: new Fault(code, message, { hint: code === 'exemption-expired' ? renew : explain }),
  });
  switch (verdict.kind) {
    case 'exempt': {
      const { owner, reason, until } = verdict.exemption;
      const because = `exempt until ${until}: ${reason} (${owner})`;
      return { kind: 'left', held: { reason: 'exempt', because, until: undefined } };
    }
    case 'exemption-expired': {
      const { owner, until, at } = verdict.exemption;
      const where = `${at.file}:${at.line}`;
      return refused(
        'exemption-expired',
        `the exemption of ${name} ended on ${until} (${owner}, ${where})`,
      );
    }
    case 'unreadable':
      return refused(
        'user-not-judged',
        `nobody tells what ${verdict.by} asks about ${name}, so it is not known what holds`,
      );
    case 'unmatched':
      if (config.model.unmatched === 'fail')
        return refused('no-rule', `no rule of ${config.file} is about ${name}`);
      return {
        kind: 'left',
        held: {
          reason: 'no-rule',
          because: `no rule of ${config.file} is about this user`,
          until: undefined,
        },
      };
  }
}

export function heldBy(
  gate: Exclude<GateVerdict, { kind: 'open' }>,
  step: 'rotate' | 'retire',
): HeldBack {
  const until = gate.opensAt;
  if (gate.kind === 'frozen')
    return {
      reason: 'frozen',
      because: `frozen until the end of ${gate.to}: ${gate.reason}`,
      until,
    };
  return { reason: 'outside-window', because: `outside the ${step} window`, until };
}
