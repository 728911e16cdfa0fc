// Every executable of the package, as one entry for the bundle: one file to load, whichever runs.
// The bare imports put into it what help and lists need, which is otherwise loaded on demand.

import '../cli/keyctl/help.ts';
import '../cli/keyctl/lists.ts';
import '../app/keyctl/list-profiles.ts';

export { KeyturnError, rotateAccount, startSandbox } from '../api/index.ts';
export { main as keyctl } from '../cli/keyctl/command.ts';
export { main as keyturn } from '../cli/keyturn/main.ts';
export { main as rotateIamKeys } from '../cli/rotate/command.ts';
export { handler } from '../lambda/index.ts';
