// The other executables of the package, which are commands of keyturn as well (main.ts).

interface Executable {
  readonly about: string;
  /** What its --help prints. */
  readonly page: (width: number) => Promise<string>;
}

export const EXECUTABLES: ReadonlyMap<string, Executable> = new Map([
  [
    'keyctl',
    {
      about: 'what the executable keyctl does: the key behind a profile of a file',
      page: async (width: number) => (await import('../keyctl/help.ts')).keyctlHelp(width),
    },
  ],
  [
    'rotate-iam-keys',
    {
      about: 'what the executable rotate-iam-keys does: the keys of a whole account',
      page: async (width: number) => (await import('../rotate/help.ts')).rotateHelp(width),
    },
  ],
]);
