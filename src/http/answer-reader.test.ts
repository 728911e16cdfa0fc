import assert from 'node:assert/strict';
import { request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { AnswerReader } from './answer-reader.ts';

type Read = { status: number; headers: Record<string, string>; body: string } | 'no answer';

const HEAD = 'HTTP/1.1 200 OK\r\n';
const LATER = 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n2';

/** What a server may write, each followed by its closing the connection. */
const ANSWERS: Readonly<Record<string, string>> = {
  'a length': `${HEAD}Content-Length: 5\r\nX-Amzn-RequestId: r-1\r\n\r\n<a/>\n`,
  'no length': `${HEAD}content-type: text/xml\r\n\r\n<a/>`,
  'a length of none': `${HEAD}content-length: 0\r\n\r\n`,
  'pieces of given lengths': `${HEAD}transfer-encoding: chunked\r\n\r\n3\r\n<a>\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n`,
  'pieces and a trailer': `${HEAD}Transfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\n0\r\nx-sum: 1\r\n\r\n`,
  'another reason, and no reason': 'HTTP/1.1 404\r\ncontent-length: 2\r\n\r\nno',
  'nothing, as a status says': 'HTTP/1.1 204 No Content\r\nx-a: 1\r\n\r\n',
  'an older version': 'HTTP/1.0 200 OK\r\n\r\n<a/>',
  'something on the way before it': `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${HEAD}content-length: 2\r\n\r\nok`,
  'a header twice': `${HEAD}x-a: 1\r\nX-A: 2\r\ncontent-length: 2\r\n\r\nok`,
  'an empty header': `${HEAD}x-a:\r\ncontent-length: 2\r\n\r\nok`,
  'bytes that are no text': `${HEAD}content-length: 4\r\n\r\n\xff\x00\r\n`,
  'less than its length': `${HEAD}content-length: 9\r\n\r\n<a/>`,
  'pieces without an end': `${HEAD}transfer-encoding: chunked\r\n\r\n4\r\n<a/>\r\n`,
  'half a head': `${HEAD}content-le`,
  'no HTTP': 'SSH-2.0-OpenSSH_9.2\r\n',
  'a length that is no number': `${HEAD}content-length: many\r\n\r\n<a/>`,
  'two lengths': `${HEAD}content-length: 2\r\ncontent-length: 3\r\n\r\nokk`,
  'a piece that does not end with its length': `${HEAD}transfer-encoding: chunked\r\n\r\n2\r\n<a/>\r\n0\r\n\r\n`,
  'a length below zero': `${HEAD}content-length: -4\r\n\r\n<a/>`,
  'a length that is empty': `${HEAD}content-length:\r\n\r\n`,
  'a length of another notation': `${HEAD}content-length: 0x4\r\n\r\n<a/>`,
  'a length and pieces': `${HEAD}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n4\r\n<a/>\r\n0\r\n\r\n`,
  'a piece without a length': `${HEAD}transfer-encoding: chunked\r\n\r\n4\r\n<a/>\r\n\r\n\r\n`,
  'a piece whose length is no number': `${HEAD}transfer-encoding: chunked\r\n\r\n4\r\n<a/>\r\nx\r\n\r\n`,
  'a piece whose length is below zero': `${HEAD}transfer-encoding: chunked\r\n\r\n-6\r\n<a/>\r\n0\r\n\r\n`,
  'a length of what a status says is nothing':
    'HTTP/1.1 304 Not Modified\r\ncontent-length: 4\r\n\r\n',
  'a length of what is on the way': `HTTP/1.1 103 Early Hints\r\ncontent-length: 4\r\n\r\n${HEAD}content-length: 2\r\n\r\nok`,
  'a header that is no ASCII': `${HEAD}x-a: \xe9\x8a\r\ncontent-length: 2\r\n\r\nok`,
  'a header that no header may be': `${HEAD}x-a: \x1b[2J\r\ncontent-length: 2\r\n\r\nok`,
  'another protocol':
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
  nothing: '',
};

/** In pieces of so many bytes. */
function read(answer: string, size: number): Read {
  let found: Read = 'no answer';
  const reader = new AnswerReader({
    onHead: () => {},
    onAnswer: ({ head: { status, headers }, body }) => {
      found = { status, headers: { ...headers }, body: body.toString('latin1') };
    },
  });
  const bytes = Buffer.from(answer, 'latin1');
  // As a socket does it: everything is read into the same place.
  const inbox = Buffer.alloc(size);
  try {
    for (let at = 0; at < bytes.length && found === 'no answer'; at += size) {
      const length = bytes.copy(inbox, 0, at, at + size);
      reader.take(inbox.subarray(0, length));
    }
    if (found === 'no answer') reader.end();
  } catch {
    return 'no answer';
  }
  return found;
}

async function nodesRead(test: TestContext, answer: string): Promise<Read> {
  const server = createServer((socket) => {
    socket.once('data', () => socket.end(answer, 'latin1'));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return await new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, method: 'POST' }, (response) => {
      let body = '';
      response.setEncoding('latin1').on('data', (text) => {
        body += text;
      });
      response.on('error', () => resolve('no answer'));
      response.on('end', () => {
        const headers = response.headers as Record<string, string>;
        resolve({ status: response.statusCode ?? 0, headers: { ...headers }, body });
      });
    });
    asked.on('error', () => resolve('no answer'));
    asked.on('upgrade', (_, socket) => socket.destroy());
    asked.on('close', () => resolve('no answer'));
    asked.end('x');
  });
}

describe('the answers on a connection', () => {
  for (const [name, answer] of Object.entries(ANSWERS)) {
    it(`are read as Node's client reads them, in pieces of any size: ${name}`, async (test) => {
      const theirs = await nodesRead(test, answer);
      for (const size of [1, 2, 3, 7, 16, 33, 10_000]) {
        assert.deepEqual(read(answer, size), theirs, `${size} bytes at a time`);
      }
    });
  }

  it('come one after the other', () => {
    const bodies: string[] = [];
    const reader = new AnswerReader({
      onHead: () => {},
      onAnswer: ({ body }, isLast) => bodies.push(`${body}${isLast}`),
    });
    for (const body of ['one', 'two']) {
      reader.take(Buffer.from(`${HEAD}content-length: 3\r\n\r\n${body}`));
    }
    reader.take(Buffer.from(`${HEAD}content-length: 3\r\nconnection: close\r\n\r\nend`));
    assert.deepEqual(bodies, ['onefalse', 'twofalse', 'endtrue']);
  });

  it('do not become the answers to later questions', () => {
    const first = `${HEAD}content-length: 3\r\n\r\none`;
    for (const more of [
      LATER,
      LATER + LATER,
      LATER.slice(0, 7),
      LATER.slice(0, 20),
      LATER.slice(0, -1),
      'x',
    ]) {
      const bodies: string[] = [];
      const reader = new AnswerReader({
        onHead: () => {},
        onAnswer: ({ body }) => bodies.push(String(body)),
      });
      assert.throws(() => reader.take(Buffer.from(first + more)), { code: /^HPE_/ }, more);
      assert.deepEqual(bodies, ['one']);
    }
  });
});
