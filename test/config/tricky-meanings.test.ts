// Files whose form is right, and whose values contradict each other.

import { MEANING_ROWS } from './meaning-rows.ts';
import { areRefused } from './tricky.ts';

areRefused(MEANING_ROWS);
