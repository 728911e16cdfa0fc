// The files of the repository that the rules look at.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { blank } from './blank.ts';

export interface SourceFile {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  /** The text with comments, strings and regular expressions blanked out; same line numbers. */
  readonly code: string;
}

/** One broken rule, as the reader of a failed test sees it. */
export interface Fault {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  /** What to do. */
  readonly remedy: string;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CODE_FOLDERS = ['bin', 'src', 'test', 'scripts', 'bench'];

export function source(path: string, text: string): SourceFile {
  return { path, text, code: blank(text) };
}

/** TypeScript and JavaScript. */
export function codeFiles(): SourceFile[] {
  return CODE_FOLDERS.flatMap((folder) => list(folder))
    .filter((path) => /\.(ts|mts|js|mjs)$/.test(path))
    .map((path) => source(path, read(path)));
}

/** Everything that is published or read, code and prose: what is in the repository, or will be. */
export function textFiles(): SourceFile[] {
  return trackedPaths()
    .filter((path) => /\.(md|json|ya?ml|ts|mjs|txt|sh)$|^\.ci\//.test(path))
    .filter((path) => path !== 'package-lock.json')
    .map((path) => {
      const text = read(path);
      return { path, text, code: text };
    });
}

function trackedPaths(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listing = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  // A copy without its history still has its folders.
  if (listing.status !== 0) return [...CODE_FOLDERS, 'docs', 'examples'].flatMap(list);
  return listing.stdout.split('\0').filter((path) => path !== '' && existsSync(`${ROOT}/${path}`));
}

function list(folder: string): string[] {
  try {
    return readdirSync(`${ROOT}/${folder}`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(ROOT.length).replace(/^\/+/, ''))
      .filter((path) => !path.includes('node_modules/'))
      .sort();
  } catch {
    return []; // the folder does not exist (yet)
  }
}

function read(path: string): string {
  return readFileSync(`${ROOT}/${path}`, 'utf8');
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Every match of the pattern in the code, outside lines that are excused. */
export function* matches(file: SourceFile, pattern: RegExp, rule: string): Generator<number> {
  const lines = file.text.split('\n');
  for (const match of file.code.matchAll(pattern)) {
    const line = lineAt(file.code, match.index);
    if (!isExcused(lines, line, rule)) yield line;
  }
}

/**
 * `// tidy: allow <rule>: <why>` on the line or above it. An excuse without a reason is none.
 */
export function isExcused(lines: readonly string[], line: number, rule: string): boolean {
  return [lines[line - 1], lines[line - 2]].some((text) => {
    const excuse = /tidy: allow ([\w-]+): \S+ \S+/.exec(text ?? '');
    return excuse?.[1] === rule;
  });
}
