// What is no file of profiles at all, or one that an editor or a shell saved in another form. Told before
// anything else about it: each line would otherwise look wrong in a way of its own.

import { resolve } from 'node:path';
import { command, type Hint } from '../base/hint.ts';
import { shellWords } from '../base/shell-words.ts';
import { decoded, type Line } from './lines.ts';

export interface FileFault {
  /** Counted from 1. */
  readonly line: number;
  readonly column?: number | undefined;
  /** Ends the sentence "line N …". */
  readonly explanation: string;
  readonly mend?: Mend;
}

/** What would put the file right. */
export type Mend = (path: string) => Hint;

/** Undefined for a file of profiles, whatever else may be wrong with it. */
export function foreignFile(bytes: Buffer, lines: readonly Line[]): FileFault | undefined {
  return packed(bytes) ?? wideCharacters(bytes) ?? bareReturns(lines) ?? otherFormat(lines);
}

/** Files that are no text, by their first bytes. */
const PACKED: readonly (readonly [bytes: readonly number[], what: string])[] = [
  [[0x1f, 0x8b], 'a gzip file'],
  [[0x50, 0x4b, 3, 4], 'a ZIP file'],
  [[0x42, 0x5a, 0x68], 'a bzip2 file'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'an xz file'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'a zstd file'],
  [[...Buffer.from('SQLite format 3')], 'an SQLite database'],
  [[...Buffer.from('%PDF-')], 'a PDF document'],
  [[...Buffer.from('\0GITCRYPT')], 'a file that git-crypt has locked'],
  [[...Buffer.from('\x7fELF')], 'a program'],
  [[...Buffer.from('bplist')], 'a binary property list'],
];

function packed(bytes: Buffer): FileFault | undefined {
  const found = PACKED.find(([mark]) => mark.every((byte, index) => bytes[index] === byte));
  if (found === undefined) return undefined;
  const explanation = `begins ${found[1]}, which no AWS tool reads as profiles`;
  return { line: 1, explanation, mend: () => UNPACKED };
}

const UNPACKED = 'put the text that it was made of there; or write a profile by hand';

const MARKS: readonly (readonly [bytes: readonly number[], encoding: string])[] = [
  [[0xff, 0xfe, 0, 0], 'UTF-32'],
  [[0, 0, 0xfe, 0xff], 'UTF-32'],
  [[0xff, 0xfe], 'UTF-16'],
  [[0xfe, 0xff], 'UTF-16'],
];

/** So many of the first bytes tell an encoding without a mark. */
const SAMPLE_BYTES = 1024;

function wideCharacters(bytes: Buffer): FileFault | undefined {
  if (bytes.length > 0 && bytes.every((byte) => byte === 0)) {
    const explanation =
      'begins a file in which every byte is NUL, U+0000, as after a loss of power';
    return { line: 1, explanation, mend: fromBackup };
  }
  const marked = MARKS.find(([mark]) => mark.every((byte, index) => bytes[index] === byte));
  const encoding = marked?.[1] ?? unmarkedEncoding(bytes);
  if (encoding === undefined) return undefined;
  return {
    line: 1,
    explanation: `begins a file in ${encoding}, an encoding that neither the AWS CLI nor the AWS SDK reads; Windows PowerShell writes it with ">"`,
    mend: rewritten(['iconv', '-f', encoding, '-t', 'UTF-8'], 'save the file as UTF-8:'),
  };
}

function fromBackup(path: string): Hint {
  return `put the newest backup back that is whole; keyctl writes them beside the file, as ${path}.backup.*`;
}

/** Every second byte of plain text in UTF-16 is NUL; no text in UTF-8 has one. */
function unmarkedEncoding(bytes: Buffer): string | undefined {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const zeros = (parity: number) =>
    sample.filter((byte, index) => byte === 0 && index % 2 === parity).length * 4 > sample.length;
  if (sample.length < 4) return undefined;
  if (zeros(1)) return 'UTF-16LE';
  return zeros(0) ? 'UTF-16BE' : undefined;
}

function bareReturns(lines: readonly Line[]): FileFault | undefined {
  const ends = lines.filter(({ end }) => end !== '');
  if (ends.length === 0 || ends.some(({ end }) => end !== '\r')) return undefined;
  return {
    line: 1,
    explanation:
      'ends in a bare carriage return, as all lines do here; only the AWS CLI takes that for the end of a line',
    mend: rewritten(['tr', '\\r', '\\n'], 'give the lines ends of their own:'),
  };
}

/** Rewrites the file through a filter: its name, mode and links stay. */
export function rewritten(filter: readonly string[], words: string): Mend {
  return (path) => {
    const [from, to] = [shellWords([path]), shellWords([`${path}.new`])];
    const line = `cp -p ${from} ${to} && ${shellWords(filter)} < ${from} > ${to} && cat ${to} > ${from} && rm ${to}`;
    return [words, { command: line }];
  };
}

const DECRYPTED = 'decrypt it to where the AWS tools look, with mode 0600; or name that file';
const WEB_PAGE =
  'what saved it got a page in the place of the file, that of a sign-in perhaps; fetch the file again';

const CSV_HEADER = /^(?:user ?name,.*)?access key id,\s*secret access key/i;

/** Only of a file with the column "User name", by which version 2 of the AWS CLI calls the profile. */
function imported(path: string): Hint {
  const aside = `${resolve(path)}.csv`;
  return [
    `${AS_PROFILE}; or move the file away, and let version 2 of the AWS CLI take it in:`,
    command('mv', path, aside),
    command('aws', 'configure', 'import', '--csv', `file://${aside}`),
  ];
}

const AS_PROFILE =
  'write a profile: a line "[default]", below it "aws_access_key_id = ..." and "aws_secret_access_key = ..."';

function otherFormat(lines: readonly Line[]): FileFault | undefined {
  const index = lines.findIndex(({ text }) => text.trim() !== '');
  const text = decoded(lines[index]?.text ?? '')
    .replace(/^\ufeff/, '')
    .replaceAll('"', '')
    .trim();
  const line = index + 1;
  if (CSV_HEADER.test(text)) {
    const explanation =
      'begins the CSV file that the AWS console offers for download, which no AWS tool reads as profiles';
    return { line, explanation, mend: /^user/i.test(text) ? imported : () => AS_PROFILE };
  }
  if (text.startsWith('{\\rtf')) {
    const explanation =
      'begins an RTF document, as TextEdit and WordPad write, which no AWS tool reads as profiles';
    return { line, explanation, mend: () => 'save the file as plain text' };
  }
  if (text.startsWith('{') && !/^\{[^:{}]+\}$/.test(text)) {
    const explanation = 'begins a JSON document, which no AWS tool reads as profiles';
    return { line, explanation, mend: () => AS_PROFILE };
  }
  const first = lines.find(({ text: each }) => !/^\s*(?:[#;].*)?$/.test(each));
  const known = TEXTS.find(([shape]) => shape.test(decoded(first?.text ?? '').trim()));
  if (first === undefined || known === undefined) return undefined;
  const [, what, mend = AS_PROFILE] = known;
  const explanation = `begins ${what}, which no AWS tool reads as profiles`;
  return { line: lines.indexOf(first) + 1, explanation, mend: () => mend };
}

/** Other forms of text, by the first line that is neither empty nor a comment. */
const TEXTS: readonly (readonly [shape: RegExp, what: string, mend?: string])[] = [
  [/^<\?xml\b/i, 'an XML document'],
  [/^<(?:!doctype|html|head|body|script|meta)\b/i, 'a web page (HTML)', WEB_PAGE],
  [/^-----BEGIN PGP/, 'a message of PGP', DECRYPTED],
  [/^age-encryption\.org\//, 'a file that age has encrypted', DECRYPTED],
  [/^-----BEGIN AGE ENCRYPTED FILE/, 'a file that age has encrypted', DECRYPTED],
  [/^\$ANSIBLE_VAULT;/, 'a file of Ansible Vault', DECRYPTED],
  [/^-----BEGIN [A-Z ]+-----/, 'a certificate or a key in PEM', AS_PROFILE],
  [
    /^version https:\/\/git-lfs\.github\.com/,
    'a pointer of Git LFS',
    'fetch the file itself: git lfs pull',
  ],
  [/^(?:<{7}|={7}|>{7})(?: |$)/, 'a merge conflict of Git', 'resolve the conflict'],
  [/^(?:diff --git|---? a\/|Index: )/, 'a patch', AS_PROFILE],
  [/^(?:---|%YAML\b.*)$/, 'a YAML document'],
  // What a reader of profiles might take, `name: value`, stands below a [profile].
  [/^["']?[\w.-]+["']?:(?:$|\s)/, 'a YAML document'],
  [/^- \S/, 'a YAML document'],
];

const MENDS: readonly (readonly [reason: RegExp, mend: Mend])[] = [
  [
    /byte order mark/,
    rewritten(['tail', '-c', '+4'], 'save the file as UTF-8 without a byte order mark:'),
  ],
  [
    /not UTF-8/,
    rewritten(
      ['iconv', '-f', 'WINDOWS-1252', '-t', 'UTF-8'],
      'save the file as UTF-8; where it came from an older editor:',
    ),
  ],
  [/^it sets .* a second time/, () => 'keep one of the two'],
  [/second time/, () => 'keep one of the two, with the settings of both'],
  [/environment variable/, () => AS_PROFILE],
  [
    /before any \[profile\]/,
    () => 'put the name of the profile, such as [default], on a line above',
  ],
  [/without its beginning/, () => 'begin the name with "["'],
  [/other brackets/, () => 'write the name in "[" and "]"'],
  [/"=" behind aws_access_key_id/, () => 'write it as "aws_access_key_id = ..."'],
  [/"=" behind aws_secret_access_key/, () => 'write it as "aws_secret_access_key = ..."'],
  [/"=" behind aws_session_token/, () => 'write it as "aws_session_token = ..."'],
  [/without its end/, () => 'close the name with "]"'],
];

/** What helps where a reader gives up for this reason. */
export function mendFor(reason: string): { readonly mend?: Mend } {
  const mend = MENDS.find(([shape]) => shape.test(reason))?.[1];
  return mend === undefined ? {} : { mend };
}
