// The pictures of the README show what is so.

import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DRAWINGS, reportPicture, stalePictures } from '../../scripts/pictures/pictures.ts';
import { terminalPicture } from '../../scripts/pictures/terminal-picture.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

test('none is stale; npm run pictures draws them again', async () => {
  assert.deepEqual(await stalePictures(REPOSITORY), []);
});

test('the report is there in both themes, and small enough for a page', () => {
  for (const theme of ['light', 'dark'] as const) {
    const file = join(REPOSITORY, reportPicture(theme));
    assert(existsSync(file), file);
    assert(statSync(file).size < 400_000, String(statSync(file).size));
  }
});

test('drawings fetch nothing, are readable on dark pages, and say what they show', () => {
  for (const [path, draw] of Object.entries(DRAWINGS)) {
    const drawing = draw();
    assert.doesNotMatch(drawing, /href|url\(|<script/, path);
    assert.match(drawing, /@media \(prefers-color-scheme:dark\)/, path);
    assert.match(drawing, /^<svg [^>]*role="img" aria-label="[^"]{40,}"/, path);
    assert(drawing.length < 20_000, path);
  }
});

test('a terminal is drawn with its colours, and nothing of it is markup', () => {
  const picture = terminalPicture({
    title: 'x',
    columns: 20,
    lines: ['\x1b[32mok\x1b[0m <b>', '\x1b[1;31mno\x1b[0m'],
  });
  assert.match(picture, /<tspan class="g">ok<\/tspan><tspan> &lt;b&gt;<\/tspan>/);
  assert.match(picture, /<tspan class="b r">no<\/tspan>/);
  assert(!picture.includes('\x1b'));
  assert.doesNotMatch(picture, /href|url\(/);
});
