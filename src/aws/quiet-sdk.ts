// Keeps the AWS SDK silent: stdout carries the result and nothing else, stderr is ours.
//
// On Node 20 the first client of a process warns that SDK versions published from January 2027 on
// will need Node 22. It cannot concern a user: the SDK version is pinned by this package. The
// documented switch (AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED) is read from process.env,
// which is not ours to change here, so the SDK is told that the warning was already given.

import { state } from '@aws-sdk/core/client';

export function silenceSdkWarnings(): void {
  state.warningEmitted = true;
}

function ignore(): void {}

/** Given wherever the SDK would otherwise fall back to `console`. */
export const silentLogger = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
};
