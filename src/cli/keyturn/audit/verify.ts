// `keyturn audit verify`: whether every line of the audit trails is as it was written.

import { readFile } from 'node:fs/promises';
import {
  seenInAnchors,
  seenInCheckpoints,
  verifyingKeyIn,
} from '../../../app/audit/checkpoints.ts';
import { type SeenTrails, verifyTrails } from '../../../app/audit/trails.ts';
import { openState } from '../../../app/open-state.ts';
import { KeyturnError } from '../../../base/errors.ts';
import { printableJson } from '../../../base/printable.ts';
import { isKeyName } from '../../../lifecycle/trail/note.ts';
import { renderAuditVerify } from '../../../reports/audit-text.ts';
import { isAskedFor, parseFlags } from '../../flags/argv.ts';
import type { FlagValues } from '../../flags/flag.ts';
import { formerState } from '../../flags/former-state.ts';
import { helpWidth } from '../../flags/help.ts';
import { absolute } from '../../flags/surroundings.ts';
import type { Host } from '../../host.ts';
import type { Session } from '../../run.ts';
import { styleOf } from '../../terminal/style.ts';
import { reachOfState } from '../state/flags.ts';
import { AUDIT_VERIFY_FLAGS, auditVerifyHelp } from './flags.ts';

type Values = FlagValues<typeof AUDIT_VERIFY_FLAGS>;

/** Exits with 1 when something is wrong. */
export async function runAuditVerify({ host }: Session, args: readonly string[]): Promise<number> {
  const { stdout } = host;
  if (isAskedFor(AUDIT_VERIFY_FLAGS, args, 'help')) {
    await stdout.write(auditVerifyHelp(helpWidth(stdout)));
    return 0;
  }
  const values = parseFlags(AUDIT_VERIFY_FLAGS, args);
  const seen = await seenBefore(values, host);
  const place = await formerState(values.stateDir, host);
  const store = await openState(place, reachOfState(values, host));
  const report = await verifyTrails(store, values.account, seen);
  const page = () => renderAuditVerify(report, styleOf(stdout, host));
  await stdout.write(values.json ? `${printableJson(report, 2)}\n` : page());
  return report.whole ? 0 : 1;
}

async function seenBefore(values: Values, host: Host): Promise<SeenTrails> {
  const { checkpoint = [], key, anchor } = values;
  if (checkpoint.length > 0 && key === undefined) {
    throw new KeyturnError(
      'bad-value',
      'a checkpoint is checked with the key of whoever signed it',
      {
        hint: 'name it with --key: the line that keyturn audit keygen printed, or a file with it',
      },
    );
  }
  if (key !== undefined && checkpoint.length === 0) {
    throw new KeyturnError('bad-value', '--key checks checkpoints, and none is named', {
      hint: 'name one with --checkpoint, or a folder of them',
    });
  }
  const anchored: SeenTrails =
    anchor === undefined
      ? new Map()
      : notEmpty(await seenInAnchors(absolute(anchor, host)), absolute(anchor, host));
  if (key === undefined) return anchored;
  const paths = checkpoint.map((path) => absolute(path, host));
  const signed = await seenInCheckpoints(paths, await verifier(key.join(), host));
  return joined(anchored, notEmpty(signed, paths.join(', ')));
}

/** A check against nothing would pass, also where the disk with the checkpoints is not mounted. */
function notEmpty(seen: SeenTrails, where: string): SeenTrails {
  if (seen.size > 0) return seen;
  throw new KeyturnError('checkpoint-invalid', `${where} has no checkpoint to check against`, {
    hint: 'is it the right place, and mounted? checkpoints end in .checkpoint, as keyturn audit checkpoint writes them',
  });
}

function joined(one: SeenTrails, other: SeenTrails): SeenTrails {
  const accounts = new Set([...one.keys(), ...other.keys()]);
  return new Map(
    [...accounts].map((id) => [id, [...(one.get(id) ?? []), ...(other.get(id) ?? [])]]),
  );
}

/** A key has two plus signs, which hardly any path has. */
async function verifier(text: string, host: Host) {
  const [name = '', hex = ''] = text.split('+');
  if (isKeyName(name) && /^[0-9a-f]{8}$/.test(hex)) return verifyingKeyIn(text, '--key');
  const path = absolute(text, host);
  const kept = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new KeyturnError(
      'bad-value',
      `--key is no verifying key, and no file ${path} can be read`,
      {
        cause,
        hint: 'name the line that keyturn audit keygen printed, or a file with it',
      },
    );
  });
  return verifyingKeyIn(kept, path);
}
