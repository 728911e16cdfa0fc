// ListMFADevices.

import type { Call, Operation } from '../operation.ts';
import type { ResultFields } from '../result.ts';
import { pageOf } from './paging.ts';
import { targetUser, targetUserResource } from './target-user.ts';

export const mfaDeviceOperations: Readonly<Record<string, Operation>> = {
  ListMFADevices: { access: 'read', resource: targetUserResource, run: listMfaDevices },
};

function listMfaDevices(call: Call): ResultFields {
  const { name, mfaSerial, createDate } = targetUser(call);
  const serials = mfaSerial === undefined ? [] : [mfaSerial];
  const page = pageOf(call, serials, (serial) => serial);
  return {
    MFADevices: page.items.map((serial) => ({
      UserName: name,
      SerialNumber: serial,
      EnableDate: createDate,
    })),
    ...page.paging,
  };
}
