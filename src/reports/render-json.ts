// The machine's rendering: one JSON document, ending in a newline.

import type { RotationReport } from './rotation-report.ts';

export function renderJson(report: RotationReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
