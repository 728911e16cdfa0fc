// The entry of the single file for Itential Gateway, iag/keyturn.cjs.

import { main } from '../cli/gateway.ts';

void main();
