// `keyturn audit checkpoint`: where the audit trails stand, signed or as it is, to be kept elsewhere.

import { readFile } from 'node:fs/promises';
import { CheckpointFolder, checkpointOf, signingKeyIn } from '../../../app/audit/checkpoints.ts';
import { accountsOrSeen, anchorOf, type SeenTrails } from '../../../app/audit/trails.ts';
import { openState } from '../../../app/open-state.ts';
import { KeyturnError } from '../../../base/errors.ts';
import { systemReason } from '../../../base/files/file-system.ts';
import { command } from '../../../base/hint.ts';
import type { SigningKey } from '../../../lifecycle/trail/note.ts';
import type { AuditAnchor } from '../../../reports/audit-report.ts';
import type { StateStore } from '../../../state/state-store.ts';
import { isAskedFor, parseFlags } from '../../flags/argv.ts';
import type { FlagValues } from '../../flags/flag.ts';
import { formerState } from '../../flags/former-state.ts';
import { helpWidth } from '../../flags/help.ts';
import { absolute } from '../../flags/surroundings.ts';
import type { Host } from '../../host.ts';
import type { Session } from '../../run.ts';
import type { Masker } from '../../terminal/mask.ts';
import { reachOfState } from '../state/flags.ts';
import { AUDIT_CHECKPOINT_FLAGS, auditCheckpointHelp, KEY_VARIABLE } from './flags.ts';

type Values = FlagValues<typeof AUDIT_CHECKPOINT_FLAGS>;

const KEPT_DEFAULT = 100;

export async function runAuditCheckpoint(
  { host, masker }: Session,
  args: readonly string[],
): Promise<number> {
  const { stdout } = host;
  if (isAskedFor(AUDIT_CHECKPOINT_FLAGS, args, 'help')) {
    await stdout.write(auditCheckpointHelp(helpWidth(stdout)));
    return 0;
  }
  const values = parseFlags(AUDIT_CHECKPOINT_FLAGS, args);
  refuseContradictions(values);
  const by = values.anchor ? undefined : await signer(values.keyFile, host, masker);
  const place = await formerState(values.stateDir, host);
  const store = await openState(place, reachOfState(values, host));
  if (by === undefined) {
    const anchors = await anchorsIn(store, values.account, new Map());
    await stdout.write(anchors.map((anchor) => `${JSON.stringify(anchor)}\n`).join(''));
    return 0;
  }
  return await (values.output === undefined ? print : keep)({ by, store, values }, host);
}

function refuseContradictions({ anchor, keyFile, output, keep: kept }: Values): void {
  const refuse = (what: string, hint: string) => {
    throw new KeyturnError('bad-value', what, { hint });
  };
  if (anchor && keyFile !== undefined) {
    refuse('--anchor signs nothing, and --key-file names a signing key', 'leave out one of them');
  }
  if (anchor && output !== undefined) {
    refuse('--anchor prints, and --output keeps checkpoints', 'redirect stdout into a file');
  }
  if (kept !== undefined && output === undefined) {
    refuse('--keep is about a folder of checkpoints', 'name the folder with --output');
  }
}

interface Signing {
  readonly by: SigningKey;
  readonly store: StateStore;
  readonly values: Values;
}

async function print({ by, store, values }: Signing, { stdout }: Host): Promise<number> {
  const anchors = await anchorsIn(store, values.account, new Map());
  const [anchor, ...more] = anchors;
  if (more.length > 0) {
    throw new KeyturnError(
      'bad-value',
      `there are ${anchors.length} audit trails, and a note is about one`,
      {
        hint: [
          'name the account, or a folder for all of them:',
          command('keyturn', 'audit', 'checkpoint', '--output', '/mnt/audit'),
        ],
      },
    );
  }
  if (anchor !== undefined) await stdout.write(checkpointOf(anchor, by));
  return 0;
}

async function keep({ by, store, values }: Signing, host: Host): Promise<number> {
  const path = absolute(values.output ?? '', host);
  const folder = new CheckpointFolder(path, values.keep ?? KEPT_DEFAULT);
  const seen = await folder.seen(by);
  for (const anchor of await anchorsIn(store, values.account, seen)) {
    const kept = await folder.add(anchor, checkpointOf(anchor, by));
    await host.stdout.write(`${kept}\n`);
  }
  return 0;
}

async function anchorsIn(
  store: StateStore,
  account: string | undefined,
  seen: SeenTrails,
): Promise<readonly AuditAnchor[]> {
  const anchors: AuditAnchor[] = [];
  for (const id of await accountsOrSeen(store, account, seen)) {
    const anchor = await anchorOf(store, id, seen.get(id) ?? []);
    if (anchor !== undefined) anchors.push(anchor);
  }
  return anchors;
}

/** I8: a key is in a file or in the environment, and never on a command line. */
async function signer(
  keyFile: string | undefined,
  host: Host,
  masker: Masker,
): Promise<SigningKey> {
  if (keyFile !== undefined) {
    const path = absolute(keyFile, host);
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw new KeyturnError('bad-value', `${path} cannot be read: ${systemReason(cause)}`, {
        cause,
        hint: 'name the file that keyturn audit keygen wrote',
      });
    });
    masker.register(text.trim());
    return signingKeyIn(text, path);
  }
  const text = host.env[KEY_VARIABLE];
  masker.register(text?.trim());
  if (text) return signingKeyIn(text, KEY_VARIABLE);
  throw new KeyturnError('bad-value', 'a checkpoint is signed, and no key is named', {
    hint: [
      `name one with --key-file or in ${KEY_VARIABLE}, or make one:`,
      command('keyturn', 'audit', 'keygen', '--output', 'audit.key'),
    ],
  });
}
