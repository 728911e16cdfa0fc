// Loaded into processes whose user the system does not know (NODE_OPTIONS=--import), as in many a
// container: Node then throws where it is asked for a home or a name.

import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

function unknownUser(): never {
  throw Object.assign(new RangeError('A system error occurred: uv_os_get_passwd returned ENOENT'), {
    code: 'ERR_SYSTEM_ERROR',
  });
}

os.homedir = () => process.env.HOME ?? unknownUser();
os.userInfo = unknownUser;
syncBuiltinESMExports();
