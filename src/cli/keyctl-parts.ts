// The use cases behind keyctl, each loaded only when it is needed: a list of profiles must not pay
// for the AWS SDK.

import type { PeekAtKeys } from '../app/keyctl/peek-at-keys.ts';
import type {
  FinishProfile,
  ListAllKeys,
  ListProfiles,
  OpenProfileSession,
  UndoProfile,
} from '../app/keyctl/types.ts';

export interface KeyctlParts {
  readonly openProfileSession: OpenProfileSession;
  readonly undoProfile: UndoProfile;
  readonly finishProfile: FinishProfile;
  readonly listProfiles: ListProfiles;
  readonly listAllKeys: ListAllKeys;
  readonly peekAtKeys: PeekAtKeys;
}

export const KEYCTL_PARTS: KeyctlParts = {
  openProfileSession: async (...given) => {
    const { openProfileSession } = await load('open-profile');
    return openProfileSession(...given);
  },
  undoProfile: async (...given) => {
    const { undoProfile } = await load('undo-profile');
    return undoProfile(...given);
  },
  finishProfile: async (...given) => {
    const { finishProfile } = await load('finish-profile');
    return finishProfile(...given);
  },
  listProfiles: async (...given) => {
    const { listProfiles } = await load('list-profiles');
    return listProfiles(...given);
  },
  listAllKeys: async (...given) => {
    const { listAllKeys } = await load('list-all-keys');
    return listAllKeys(...given);
  },
  peekAtKeys: async (...given) => {
    const { peekAtKeys } = await import('../app/keyctl/peek-at-keys.ts');
    return peekAtKeys(...given);
  },
};

/** The file is named at run time. */
async function load(name: string): Promise<KeyctlParts> {
  const url = new URL(`../app/keyctl/${name}.js`, import.meta.url);
  return (await import(url.href)) as KeyctlParts;
}
