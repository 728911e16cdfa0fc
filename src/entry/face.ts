// Which of the three commands an executable is, by the name it was called by.

const FACES = {
  keyctl: 'keyctl',
  'rotate-iam-keys': 'rotateIamKeys',
} as const;

/** The name that the entry of the bundle has for it. */
export type Face = 'keyturn' | (typeof FACES)[keyof typeof FACES];

/**
 * `keyctl`, a path to it, `keyctl.exe`; also `aws-keyctl`, for machines where the keyctl of keyutils is there.
 * Any other name is that of `keyturn`, so that whoever renames the file still has every command.
 */
export function faceOf(calledBy: string): Face {
  const name = (calledBy.split(/[\\/]/).at(-1) ?? '').toLowerCase().replace(/\.exe$/, '');
  const known = Object.entries(FACES).find(([own]) => name === own || name.endsWith(`-${own}`));
  return known?.[1] ?? 'keyturn';
}
