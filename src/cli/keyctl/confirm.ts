// Yes or no, as keyctl asks it.

import { KeyturnError } from '../../base/errors.ts';
import type { Asker } from '../terminal/asker.ts';
import type { StepContext } from './step-context.ts';

export async function confirmed(
  { session }: StepContext,
  ask: Asker,
  question: string,
  fallback: boolean,
): Promise<boolean> {
  const answer = await ask.confirm(question, fallback);
  session.host.stderr.writeNow('\n');
  return answer;
}

export function declined(): KeyturnError {
  return new KeyturnError('cancelled', 'nothing was changed');
}
