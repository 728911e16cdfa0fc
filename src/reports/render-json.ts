// The machine's rendering: one JSON document, ending in a newline.

import { printableJson } from '../base/printable.ts';
import type { RotationReport } from './rotation-report.ts';

export function renderJson(report: RotationReport): string {
  return `${printableJson(report, 2)}\n`;
}
