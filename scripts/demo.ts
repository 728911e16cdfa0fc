// `npm run demo`: a practice account is rotated before your eyes. Every statement that it makes
// about the outcome is checked; when one does not hold, it ends with exit code 1.

import { Narrator } from './demo/narrator.ts';
import { Stage } from './demo/stage.ts';
import { Story } from './demo/story.ts';

const stage = new Stage();
try {
  await new Story(stage, new Narrator(process.stdout), process.env).tell();
} catch (thrown) {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  process.stderr.write(stage.signal.aborted ? `\n${reason}\n` : `\ndemo failed: ${reason}\n`);
  process.exitCode = stage.signalExitCode ?? 1;
} finally {
  await stage.close();
}
process.exit();
