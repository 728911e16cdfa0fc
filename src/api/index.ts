// `import { … } from 'keyturn'`: what programs may use. Everything else in the package may change
// without notice. docs/api.md shows it at work; docs/api-surface.txt is its reviewed snapshot.

export type { ExitCode } from '../base/error-code-info.ts';
export type { ErrorCode } from '../base/error-codes.ts';
export { KeyturnError } from '../base/errors.ts';
export type { EngineEvent, EventCode } from '../base/events.ts';
export { type RotateOptions, type RotateResult, rotateAccount } from './rotate-account.ts';
export type {
  CleanupResult,
  DeliveredTo,
  InventoryInfo,
  KeyInfo,
  ReportIssue,
  Retirement,
  RotatedKey,
  RotationReport,
} from './rotation-report.ts';
export { type PracticeOptions, type PracticeSandbox, startSandbox } from './start-sandbox.ts';
