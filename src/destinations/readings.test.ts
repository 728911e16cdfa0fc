import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readingsOf } from './readings.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

const FORMS: Readonly<Record<string, string>> = {
  'as it is': `before ${SECRET} after`,
  'in JSON': JSON.stringify({ a: [{ b: SECRET }] }),
  'as a name in JSON': JSON.stringify({ [SECRET]: 1 }),
  'in JSON with escaped slashes': JSON.stringify({ a: SECRET }).replaceAll('/', '\\/'),
  'in JSON with \\u escapes': `{"a":"${SECRET.replaceAll('/', '\\u002f').replaceAll('+', '\\u002B')}"}`,
  'in JSON in JSON in JSON': JSON.stringify({ a: JSON.stringify({ b: JSON.stringify([SECRET]) }) }),
  'in INI in JSON': JSON.stringify({ file: `[a]\r\naws_secret_access_key = ${SECRET}\r\n` }),
  'under a name that stands twice': `{"a":"${SECRET.replaceAll('/', '\\/')}","a":"x"}`,
  'in a URL': `https://user:${encodeURIComponent(SECRET)}@host.example.com/`,
  'in base64': Buffer.from(`user:${SECRET}`).toString('base64'),
  'in base64 in JSON': JSON.stringify({
    f: Buffer.from(`[a]\nb = ${SECRET}\n`).toString('base64'),
  }),
  'in base64, parted by NULs as for AUTH PLAIN': Buffer.from(`\0user\0${SECRET}`).toString(
    'base64',
  ),
  'in base64 of two bytes a character': Buffer.from(`a:${SECRET}`, 'utf16le').toString('base64'),
  'in base64 with bytes that are no text': Buffer.from(`\x1b\xff${SECRET}`, 'latin1').toString(
    'base64',
  ),
  'in base64 that stands behind letters': `https://host.example.com/ab-${Buffer.from(`user:${SECRET}`).toString('base64')}`,
  'in hexadecimal': JSON.stringify({ a: `0x${Buffer.from(`user:${SECRET}`).toString('hex')}` }),
  'in XML': SECRET.replaceAll('+', '&#43;').replaceAll('/', '&#x2F;'),
  'over two lines': JSON.stringify({ a: `${SECRET.slice(0, 20)}\n  ${SECRET.slice(20)}` }),
};

describe('what a reader could make of a text', () => {
  for (const [name, text] of Object.entries(FORMS)) {
    it(`is found ${name}`, () => {
      assert.ok(
        [...readingsOf(text)].some((reading) => reading.includes(SECRET)),
        name,
      );
    });
  }

  it('is not found where it is not', () => {
    const text = JSON.stringify({ a: SECRET.toLowerCase(), b: Buffer.from('x'.repeat(60)) });
    assert.ok(![...readingsOf(text)].some((reading) => reading.includes(SECRET)));
  });

  it('of a large text takes no time to speak of', () => {
    const text = JSON.stringify(
      Array.from({ length: 3_000 }, (_, n) => ({ [`n${n}`]: `v%41${n}` })),
    );
    assert.ok(readingsOf(text).size < 20_000);
  });
});
