#!/usr/bin/env bash
# What action.yml runs. The document goes to a file and not into the log of the job, which people read
# and which is kept: without a destination it holds the new secrets. Who was rotated, and who could not be, is
# in the summary of the job.
set -uo pipefail
umask 077

result="$RUNNER_TEMP/keyturn-result.json"
node "$GITHUB_ACTION_PATH/iag/keyturn.cjs" \
  --days_threshold="$DAYS_THRESHOLD" \
  --dry_run="$DRY_RUN" \
  --target_user="$TARGET_USER" \
  --cleanup_inactive="$CLEANUP_INACTIVE" \
  --before_next_run="$BEFORE_NEXT_RUN" \
  --retire="$RETIRE" \
  --quiet_days="$QUIET_DAYS" \
  --retire_deadline_days="$RETIRE_DEADLINE_DAYS" \
  --aws_region="$REGION" \
  --output_format=json > "$result"
code=$?

node - "$result" <<'SCRIPT' >> "$GITHUB_OUTPUT"
const none = { successful_rotations: 0, failed_rotations: 0, old_keys_waiting: 0 };
let summary = none;
try {
  ({ summary = none } = JSON.parse(require('node:fs').readFileSync(process.argv[2], 'utf8')));
} catch {
  // A run that was killed, or asked for its help, leaves no document: the summary of the job says so.
}
process.stdout.write(`result=${process.argv[2]}\n`);
process.stdout.write(`rotated=${summary.successful_rotations}\n`);
process.stdout.write(`failed=${summary.failed_rotations}\n`);
process.stdout.write(`waiting=${summary.old_keys_waiting}\n`);
SCRIPT
node "$GITHUB_ACTION_PATH/examples/github-actions/summary.cjs" "$result" "$code" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
exit "$code"
