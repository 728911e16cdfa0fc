// How long a file and a function may be, and how files are named.

import { type Fault, lineAt, type SourceFile } from './files.ts';

export const FILE_LINES_MAX = 400;
export const TEST_FILE_LINES_MAX = 600;
export const FUNCTION_LINES_MAX = 70;

export function lengthFaults(file: SourceFile): Fault[] {
  const lines = file.text.trimEnd().split('\n').length;
  const max = /\.test\.ts$/.test(file.path) ? TEST_FILE_LINES_MAX : FILE_LINES_MAX;
  if (lines <= max) return [];
  const remedy = `${lines} lines; split it by subject, ${max} at most`;
  return [{ path: file.path, line: max + 1, rule: 'file-length', remedy }];
}

/** Tests are exempt: a table of cases may be as long as it needs to be. */
export function functionFaults(file: SourceFile): Fault[] {
  if (file.path.endsWith('.test.ts')) return [];
  return functions(file.code)
    .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
    .map(({ line, lines }) => ({
      path: file.path,
      line,
      rule: 'function-length',
      remedy: `${lines} lines; split it, ${FUNCTION_LINES_MAX} at most`,
    }));
}

/** Every block that is the body of a function, with its length in lines. */
export function functions(code: string): { line: number; lines: number }[] {
  const found: { line: number; lines: number }[] = [];
  const open: { offset: number; isFunction: boolean }[] = [];
  for (let at = 0; at < code.length; at += 1) {
    if (code[at] === '{') open.push({ offset: at, isFunction: isBody(code, at) });
    if (code[at] !== '}') continue;
    const block = open.pop();
    if (block?.isFunction) {
      const line = lineAt(code, block.offset);
      found.push({ line, lines: lineAt(code, at) - line + 1 });
    }
  }
  return found;
}

/** A brace after `=>`, or after a parameter list with or without a return type. */
function isBody(code: string, brace: number): boolean {
  const before = code.slice(Math.max(0, brace - 400), brace).trimEnd();
  if (before.endsWith('=>')) return true;
  const head = /\)\s*(?::\s*[\w\s.[\]<>|&,'"]+)?$/.exec(before);
  if (head === null) return false;
  const start = openingParenthesis(before, head.index);
  return !/\b(?:if|for|while|switch|catch|with)\s*(?:await\s*)?$/.test(before.slice(0, start));
}

function openingParenthesis(text: string, closing: number): number {
  let depth = 0;
  for (let at = closing; at >= 0; at -= 1) {
    if (text[at] === ')') depth += 1;
    if (text[at] === '(') depth -= 1;
    if (depth === 0) return at;
  }
  return 0;
}

export function nameFaults(path: string): Fault[] {
  const isKebab = path
    .split('/')
    .every((part) => /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/.test(part));
  return isKebab ? [] : [{ path, line: 1, rule: 'file-name', remedy: 'use kebab-case' }];
}
