// The forms that there are, by the words of `--deliver KIND:FORM=NAME` and of the journal. Adding one is an entry
// here, and one in open-form.ts with what it writes. Every command line loads this file.

import { marksFault } from './text-form.ts';

export interface FormKind {
  readonly name: string;
  /** How an operator writes what stands behind the colon; undefined where nothing does. */
  readonly argument?: string;
  /** What holds where nothing stands there; the argument is needed when left out. */
  readonly fallback?: string;
  /** Whether the argument is the path of a file whose text is the form's. */
  readonly isFile?: true;
  /** Whether it has both halves in one text. */
  readonly isWhole: boolean;
  readonly about: string;
  /** What is wrong with the argument, for whoever wrote it. */
  fault(argument: string): string | undefined;
}

const REGION_NAME = /^[a-z]{2,5}(?:-[a-z]+){1,3}-\d{1,2}$/;
/** What AWS tools read as a profile's name without quotes. */
const PROFILE_NAME = /^[\w.@/+-]{1,64}$/;
const TEMPLATE_BYTES_MAX = 16_384;

export const FORMS: readonly FormKind[] = [
  {
    name: 'ses-smtp',
    isWhole: false,
    argument: 'REGION',
    about: 'the SMTP password of SES in that region, instead of the secret',
    fault: (region) =>
      REGION_NAME.test(region)
        ? undefined
        : `${JSON.stringify(region)} is no region: it takes the one of the SMTP endpoint, such as ses-smtp:eu-west-1`,
  },
  {
    name: 'base64',
    isWhole: false,
    about: 'the secret in base64',
    fault: () => undefined,
  },
  {
    name: 'aws-credentials-ini',
    isWhole: true,
    argument: 'PROFILE',
    fallback: 'default',
    about: 'a credentials file with that profile, default when left out',
    fault: (profile) =>
      PROFILE_NAME.test(profile)
        ? undefined
        : `${JSON.stringify(profile)} is no profile: it takes letters, digits and _.@/+-`,
  },
  {
    name: 'json-template',
    isWhole: true,
    argument: 'FILE',
    isFile: true,
    about: 'the JSON document of that file, with {access_key_id} and {secret_access_key} in it',
    fault: templateFault,
  },
];

function templateFault(template: string): string | undefined {
  if (Buffer.byteLength(template) > TEMPLATE_BYTES_MAX) {
    return `it is longer than ${TEMPLATE_BYTES_MAX} bytes`;
  }
  try {
    JSON.parse(template);
  } catch {
    // The parser's own error would quote the text (I8).
    return 'it is no JSON: the marks stand in its texts, such as "id": "{access_key_id}"';
  }
  return marksFault(template);
}

/** How the argument of a word stands in the journal: what is not told by a word of one line is escaped. */
function written(argument: string): string {
  return encodeURIComponent(argument);
}

/** A form that an operator or a record names. */
export interface NamedForm {
  readonly kind: FormKind;
  readonly isEncoded: boolean;
  /** Undefined where none is given. */
  readonly argument: string | undefined;
}

/** Reads `NAME`, `NAME:ARGUMENT`, and both with +base64 behind the name; undefined for another name. */
export function namedForm(word: string): NamedForm | undefined {
  const [, name, encoding, argument] = /^([a-z\d-]+)(\+base64)?(?::(.*))?$/s.exec(word) ?? [];
  const kind = FORMS.find((each) => each.name === name);
  const isTwice = kind?.name === 'base64' && encoding !== undefined;
  return kind === undefined || isTwice
    ? undefined
    : { kind, isEncoded: encoding !== undefined, argument };
}

/** As the journal has it. The argument of a file is its text, so that a later run makes the same. */
export function formWord({ kind, isEncoded, argument }: NamedForm): string {
  const text = argument ?? kind.fallback;
  const behind = text === undefined ? '' : `:${written(text)}`;
  return `${kind.name}${isEncoded ? '+base64' : ''}${behind}`;
}

/** For people, and for the documents. */
export function formLabel(word: string): string {
  const named = namedForm(word);
  return named?.kind.isFile ? word.replace(/:.*$/s, '') : word;
}

/** What an operator writes for it; undefined for one that was read from a file. */
export function askedForm(word: string): string | undefined {
  const named = namedForm(word);
  if (named?.kind.isFile) return undefined;
  return decodeURIComponent(word);
}
