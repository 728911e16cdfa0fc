import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { QUIRKS, type Quirk } from './quirks.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const sources = join(repository, 'test', 'conformance');

describe('the list of quirks', () => {
  it('has a test for each quirk', () => {
    const tests = readdirSync(sources)
      .filter((name) => name.endsWith('.ts') && name !== 'quirks.ts')
      .map((name) => readFileSync(join(sources, name), 'utf8'))
      .join('\n');
    const unused = Object.keys(QUIRKS).filter((id) => !tests.includes(`quirk: '${id}'`));
    assert.deepEqual(unused, [], 'these quirks are in the list and in no test');
  });

  it('says for each quirk how AWS is known to behave', () => {
    for (const [id, quirk] of Object.entries(QUIRKS)) assert.match(quirk.source, /https:/, id);
  });

  it('is the table in docs/conformance.md', () => {
    const page = readFileSync(join(repository, 'docs', 'conformance.md'), 'utf8');
    const table = quirksTable();
    assert.ok(page.includes(table), `docs/conformance.md should contain\n${table}`);
  });
});

function quirksTable(): string {
  const rows = Object.entries(QUIRKS).map(
    ([id, { target, aws, deviation, source }]: [string, Quirk]) =>
      `| \`${id}\` | ${target} | ${aws} | ${deviation} | ${source} |`,
  );
  const header = [
    '| quirk | target | AWS | the target instead | source |',
    '|---|---|---|---|---|',
  ];
  return [...header, ...rows].join('\n');
}
