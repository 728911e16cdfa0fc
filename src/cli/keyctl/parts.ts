// The use cases behind keyctl, each loaded only when it is needed: a list of profiles must not pay
// for the AWS SDK.

import type { PeekAtKeys } from '../../app/keyctl/peek-at-keys.ts';
import type {
  FindMfaDevice,
  FinishProfile,
  ListAllKeys,
  ListProfiles,
  OpenBackups,
  OpenProfileSession,
  UndoProfile,
} from '../../app/keyctl/types.ts';

export interface KeyctlParts {
  readonly openProfileSession: OpenProfileSession;
  readonly undoProfile: UndoProfile;
  readonly finishProfile: FinishProfile;
  readonly listProfiles: ListProfiles;
  readonly listAllKeys: ListAllKeys;
  readonly peekAtKeys: PeekAtKeys;
  readonly findMfaDevice: FindMfaDevice;
  readonly openBackups: OpenBackups;
}

export const KEYCTL_PARTS: KeyctlParts = {
  openProfileSession: async (...given) => {
    const { openProfileSession } = await import('../../app/keyctl/open-profile.ts');
    return openProfileSession(...given);
  },
  undoProfile: async (...given) => {
    const { undoProfile } = await import('../../app/keyctl/undo-profile.ts');
    return undoProfile(...given);
  },
  finishProfile: async (...given) => {
    const { finishProfile } = await import('../../app/keyctl/finish-profile.ts');
    return finishProfile(...given);
  },
  listProfiles: async (...given) => {
    const { listProfiles } = await import('../../app/keyctl/list-profiles.ts');
    return listProfiles(...given);
  },
  listAllKeys: async (...given) => {
    const { listAllKeys } = await import('../../app/keyctl/list-all-keys.ts');
    return listAllKeys(...given);
  },
  peekAtKeys: async (...given) => {
    const { peekAtKeys } = await import('../../app/keyctl/peek-at-keys.ts');
    return peekAtKeys(...given);
  },
  findMfaDevice: async (...given) => {
    const { findMfaDevice } = await import('../../app/keyctl/find-mfa-device.ts');
    return findMfaDevice(...given);
  },
  openBackups: async (...given) => {
    const { openBackups } = await import('../../app/keyctl/open-backups.ts');
    return openBackups(...given);
  },
};
