/** The names that the executable answers to beside its own. */
export const OTHER_NAMES = ['keyctl', 'rotate-iam-keys'] as const;
