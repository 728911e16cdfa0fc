// A mail server on this machine that keeps what it is sent: the library smtp-server, which nobody here wrote.

import type { TestContext } from 'node:test';
import { SMTPServer } from 'smtp-server';

export interface Mail {
  readonly to: readonly string[];
  readonly raw: string;
  /** Its text, joined where the encoding has broken it. */
  readonly text: string;
}

interface MailSinkOptions {
  readonly user: string;
  readonly password: string;
  /** Whether it never greets whoever connects. */
  readonly isSilent?: boolean;
}

export async function mailSink(
  t: TestContext,
  { user, password, isSilent = false }: MailSinkOptions,
) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: false,
    allowInsecureAuth: true,
    hideSTARTTLS: true,
    logger: false,
    onConnect: (_, done) => {
      if (!isSilent) done();
    },
    onAuth: ({ username, password: given }, _, done) => {
      if (username === user && given === password) done(null, { user });
      else done(new Error('535 wrong'));
    },
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8').replaceAll('\r\n', '\n');
        const body = raw.slice(raw.indexOf('\n\n') + 2);
        const text = body.replaceAll('=\n', '').replaceAll('=3D', '=');
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), raw, text });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  server.on('error', () => {});
  const address = server.server.address();
  return { mails, port: typeof address === 'object' && address !== null ? address.port : 0 };
}
