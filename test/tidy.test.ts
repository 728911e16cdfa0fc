// The habits of this repository, kept by a test. Each rule is in test/tidy/; the second half of
// this file holds every rule to an example that it must fail, and one that it must pass.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES } from '../src/base/error-codes.ts';
import { awsHostFaults, bannedFaults, commandFaults } from './tidy/banned.ts';
import { blank } from './tidy/blank.ts';
import { circleFaults } from './tidy/circles.ts';
import { untestedCodes } from './tidy/error-codes.ts';
import { codeFiles, type Fault, type SourceFile, source, textFiles } from './tidy/files.ts';
import { functionFaults, functions, lengthFaults, nameFaults } from './tidy/limits.ts';
import { roomFaults } from './tidy/rooms.ts';
import { saidFaults } from './tidy/said.ts';
import { wordFaults } from './tidy/words.ts';

const code = codeFiles();

function demandNone(faults: readonly Fault[]): void {
  const lines = faults.map(({ path, line, rule, remedy }) => `${path}:${line}: ${rule}: ${remedy}`);
  assert.equal(lines.length, 0, `\n${lines.join('\n')}\n`);
}

test('there are files to look at', () => assert(code.length > 50));
test('imports go downwards', () => demandNone(code.flatMap(roomFaults)));
test('no file imports itself through others', () => demandNone(circleFaults(code)));
test('files are short', () => demandNone(code.flatMap(lengthFaults)));
test('functions are short', () => demandNone(code.flatMap(functionFaults)));
test('files have kebab-case names', () => demandNone(code.flatMap(({ path }) => nameFaults(path))));
test('banned calls are not made', () => demandNone(code.flatMap(bannedFaults)));
test('commands in messages are commands', () => demandNone(code.flatMap(commandFaults)));
test('hints name flags only to those who have no configuration', () => {
  demandNone(code.flatMap(saidFaults));
});
test('no test names an AWS host', () => demandNone(code.flatMap(awsHostFaults)));
test('nothing published speaks of notes or of the workplace', () => {
  demandNone(textFiles().flatMap(wordFaults));
});
test('every error code is met by a test', () => {
  const scripts = textFiles().filter(({ path }) => /^test\/scripts\/.*\.txt$/.test(path));
  const tests = [
    ...code.filter(({ path }) => /^test\/(?!tidy)|\.test\.ts$/.test(path)),
    ...scripts,
  ];
  demandNone(untestedCodes(Object.keys(ERROR_CODES), tests));
});

// The rules themselves.

type Rule = (file: SourceFile) => Fault[];

const lines = (count: number): string => 'x;\n'.repeat(count);
const body = (count: number): string => `function f(): void {\n${'  x;\n'.repeat(count - 2)}}\n`;
const join = (...parts: string[]): string => parts.join('');

const EXAMPLES: readonly (readonly [rule: Rule, path: string, text: string, faults: string[]])[] = [
  // Rooms.
  [roomFaults, 'src/aws/a.ts', "import { b } from '../app/b.ts';", ['rooms']],
  [roomFaults, 'src/aws/a.ts', "import type { B } from '../app/b.ts';", ['rooms']],
  [roomFaults, 'src/aws/a.ts', "const b = await import('../cli/b.ts');", ['rooms']],
  [roomFaults, 'src/aws/a.ts', "export * from '../state/b.ts';", ['rooms']],
  [roomFaults, 'src/aws/a.ts', "import {\n  b,\n} from '../engine/b.ts';", ['rooms']],
  [roomFaults, 'src/aws/a.ts', "import { x } from '../../test/x.ts';", ['rooms']],
  [roomFaults, 'src/aws/a.ts', "import { b } from '../base/b.ts';", []],
  [roomFaults, 'src/aws/a.ts', "import { b } from './b.ts';\nimport { z } from 'zod';", []],
  [roomFaults, 'src/aws/a.ts', "// import { b } from '../app/b.ts';", []],
  [roomFaults, 'src/aws/a.test.ts', "import { s } from '../sandbox/index.ts';", []],
  [roomFaults, 'src/sandbox/a.ts', "import { b } from '../base/b.ts';", ['rooms']],
  [roomFaults, 'src/sandbox/a.ts', "import { b } from '@aws-sdk/client-iam';", ['rooms']],
  [roomFaults, 'src/sandbox/a.ts', "import { b } from 'node:http';\nimport './sts/b.ts';", []],
  [roomFaults, 'test/a.ts', "import { b } from '../src/aws/b.test.ts';", ['rooms']],
  [roomFaults, 'test/a.ts', "import { b } from '../src/aws/b.ts';", []],
  // Flags, and keys of a configuration.
  [saidFaults, 'src/engine/a.ts', "hint: 'add --create-missing',", ['said']],
  [saidFaults, 'src/engine/a.ts', "byFlag: 'add --create-missing',", []],
  [saidFaults, 'src/engine/a.ts', "byFlag:\n  'add --create-missing',", []],
  [saidFaults, 'src/engine/a.ts', "// as --create-missing\n'--although-held';", []],
  [saidFaults, 'src/cli/a.ts', "hint: 'add --create-missing',", []],
  // Lengths and names.
  [lengthFaults, 'src/a.ts', lines(401), ['file-length']],
  [lengthFaults, 'src/a.ts', lines(400), []],
  [lengthFaults, 'src/a.test.ts', lines(601), ['file-length']],
  [functionFaults, 'src/a.ts', body(71), ['function-length']],
  [functionFaults, 'src/a.ts', body(70), []],
  [functionFaults, 'src/a.ts', `const f = () => {\n${lines(70)}};`, ['function-length']],
  [functionFaults, 'src/a.ts', `const t = {\n${lines(90)}};`, []],
  [functionFaults, 'src/a.ts', `if (x) {\n${lines(90)}}`, []],
  [functionFaults, 'src/a.test.ts', body(90), []],
  [({ path }) => nameFaults(path), 'src/aws/sdkGateway.ts', '', ['file-name']],
  [({ path }) => nameFaults(path), 'src/aws/sdk_gateway.ts', '', ['file-name']],
  [({ path }) => nameFaults(path), 'src/aws/sdk-gateway.test.ts', '', []],
  // Banned calls.
  [bannedFaults, 'src/aws/a.ts', "console.log('x');", ['console']],
  [bannedFaults, 'src/aws/a.ts', "// console.log('x');\nconst a = 'console.log';", []],
  [bannedFaults, 'src/aws/a.ts', 'process.exit(1);', ['process']],
  [bannedFaults, 'src/aws/a.ts', 'const home = process.env.HOME;', ['process']],
  [bannedFaults, 'src/cli/a.ts', 'process.exit(1);', []],
  [bannedFaults, 'src/aws/a.ts', "throw new Error('x');", ['bare-error']],
  [bannedFaults, 'src/sandbox/a.ts', "throw new Error('x');", []],
  [bannedFaults, 'src/aws/a.test.ts', "throw new Error('x');", []],
  [bannedFaults, 'src/aws/a.ts', 'const now = new Date();', ['clock']],
  [bannedFaults, 'src/aws/a.ts', 'const then = new Date(0);', []],
  [bannedFaults, 'src/cli/a.ts', 'const now = Date.now();', ['clock']],
  [bannedFaults, 'src/aws/a.ts', 'setTimeout(f, 1);', ['clock']],
  [bannedFaults, 'src/base/clock.ts', 'const now = new Date();', []],
  [bannedFaults, 'test/a.ts', 'const id = Math.random();', ['random']],
  [bannedFaults, 'src/a.ts', 'f(); // tidy: allow random: no reason needed\nMath.random();', []],
  [bannedFaults, 'src/a.ts', 'Math.random(); // tidy: allow random:', ['random']],
  [bannedFaults, 'src/a.ts', 'Math.random(); // tidy: allow clock: wrong rule', ['random']],
  [commandFaults, 'src/a.ts', "hint: 'repair it: chmod 700 x'", ['command']],
  [commandFaults, 'src/a.ts', "hint: ['repair it:', command('chmod', '700', 'x')]", []],
  [awsHostFaults, 'test/a.ts', join("'https://iam.amazon", "aws.com/'"), ['aws-host']],
  [awsHostFaults, 'src/a.ts', join("'https://iam.amazon", "aws.com/'"), []],
  // Words.
  [wordFaults, 'src/a.ts', join('// TO', 'DO: later'), ['notes']],
  [wordFaults, 'docs/a.md', join('see /wo', 'rk/main'), ['workplace']],
  [wordFaults, 'docs/a.md', 'see docs/network/main and todos', []],
];

for (const [rule, path, text, expected] of EXAMPLES) {
  const verdict = expected.length === 0 ? 'passes' : `fails ${expected.join()}`;
  test(`rule: ${path} ${verdict}: ${text.slice(0, 60).split('\n').join(' ')}`, () => {
    const found = rule(source(path, text)).map((fault) => fault.rule);
    assert.deepEqual(found, expected);
  });
}

const CIRCLES: readonly (readonly [why: string, files: Record<string, string>, faults: number])[] =
  [
    ['a and b', { a: "import { b } from './b.ts';", b: "import { a } from './a.ts';" }, 1],
    [
      'a, b and c',
      {
        a: "import { b } from './b.ts';",
        b: "export * from './c.ts';",
        c: "import './a.ts';",
      },
      1,
    ],
    ['a alone', { a: "import { a } from './a.ts';" }, 1],
    [
      'two ways to one file',
      {
        a: "import { b } from './b.ts';\nimport { c } from './c.ts';",
        b: "import { c } from './c.ts';",
        c: '',
      },
      0,
    ],
    ['a type', { a: "import { b } from './b.ts';", b: "import type { A } from './a.ts';" }, 0],
    [
      'a file that is loaded later',
      { a: "import { b } from './b.ts';", b: "const a = () => import('./a.ts');" },
      0,
    ],
  ];

for (const [why, files, expected] of CIRCLES) {
  test(`rule: a circle of ${why} ${expected === 0 ? 'passes' : 'fails circles'}`, () => {
    const sources = Object.entries(files).map(([name, text]) => source(`src/${name}.ts`, text));
    const found = circleFaults(sources).map(({ rule }) => rule);
    assert.deepEqual(found, Array(expected).fill('circles'));
  });
}

test('rule: an error code that no test meets is named', () => {
  const tests = [source('src/a.test.ts', "assert.equal(error.code, 'met');")];
  assert.equal(untestedCodes(['met', 'unmet'], tests, []).length, 1);
  assert.equal(untestedCodes(['met', 'unmet'], tests, ['unmet']).length, 0);
  assert.equal(untestedCodes(['met'], tests, ['met']).length, 1);
});

test('blanking leaves code and line breaks, and nothing else', () => {
  const dollar = '$';
  const text = [
    "a('b'); // c",
    '/* d\ne */ f',
    `\`g ${dollar}{h(\`i\`)} j\``,
    "k = /'l/; m / n",
    "o = '\\'p'",
  ].join('\n');
  const code = blank(text);
  assert.equal(code.length, text.length);
  assert.equal(code.split('\n').length, text.split('\n').length);
  assert.equal(code.replace(/[^a-z]/g, ''), 'afhkmno');
});

test('bodies of functions are found, blocks of statements are not', () => {
  const text = [
    'function a(x: number): Promise<void> {}',
    'const b = async (x) => {};',
    'class C { d(): void {} }',
    'if (x) {} else {}',
    'for (const y of z(1)) {}',
    'try {} catch (e) {}',
    'const o = { p: 1 };',
  ];
  assert.deepEqual(
    text.map((line) => functions(line).length),
    [1, 1, 1, 0, 0, 0, 0],
  );
});
