// What is told of a box whose proof was good.

import type { Box } from './box.ts';

export function toldOfBox({ kind, by }: Pick<Box, 'kind' | 'by'>): string {
  switch (kind) {
    case 'kms':
      return `${by} seals and opens`;
    case 'age':
      return `secrets are sealed to ${by}`;
    case 'secrets-manager':
      return `secrets are kept in ${by}, where they can be read`;
  }
}
