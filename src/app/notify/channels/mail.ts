// Mail by SMTP, in plain text. The library is loaded when a mail is sent.

import { KeyturnError } from '../../../base/errors.ts';
import { isLoopback } from '../../../base/loopback.ts';
import type { Secret } from '../../../base/secret.ts';
import { withoutSecrets } from '../../../base/without-secrets.ts';
import { isGuarded } from '../../../http/guard.ts';
import { fitted, type Message, moreLine, plainText } from '../message.ts';
import { type Channel, type ChannelSurroundings, SEND_MS } from './channel.ts';

export interface MailSettings {
  readonly name: string;
  /** smtp: (which has to become TLS, but on this machine) or smtps:. */
  readonly server: string;
  readonly user: string | undefined;
  /** Where it is. */
  readonly password: string | undefined;
  readonly from: string;
  readonly to: readonly string[];
  readonly writesToOwners: boolean;
}

const TEXT_MAX = 100_000;
const PORTS = { 'smtp:': 587, 'smtps:': 465 } as const;

export function mailChannel(settings: MailSettings, around: ChannelSurroundings): Channel {
  return {
    name: settings.name,
    kind: 'smtp',
    writesToOwners: settings.writesToOwners,
    send: async (message, signal) => {
      const { server, isSecure, isLocal } = serverOf(settings);
      assertAllowed(settings, isLocal, around);
      const password =
        settings.password === undefined
          ? undefined
          : await around.credentials.resolve(settings.password);
      const { createTransport } = await import('nodemailer');
      const transport = createTransport({
        host: server.hostname.replace(/^\[|\]$/g, ''),
        port: Number(server.port || PORTS[isSecure ? 'smtps:' : 'smtp:']),
        secure: isSecure,
        // Without it a mail, and the password before it, would travel in clear.
        requireTLS: !isSecure && !isLocal,
        // A relay of this machine offers a certificate that nobody vouches for, and nobody is on the way.
        ignoreTLS: !isSecure && isLocal,
        ...(password !== undefined && {
          auth: { user: settings.user ?? '', pass: password.reveal() },
        }),
        tls: { rejectUnauthorized: true, ...(around.trust?.ca && { ca: around.trust.ca }) },
        ...{ connectionTimeout: SEND_MS, greetingTimeout: SEND_MS, socketTimeout: SEND_MS },
        ...{ disableFileAccess: true, disableUrlAccess: true, logger: false },
      });
      const stop = () => transport.close();
      signal.addEventListener('abort', stop, { once: true });
      try {
        await transport.sendMail(mailOf(message, settings));
      } catch (thrown) {
        throw notSent(thrown, settings, password === undefined ? [] : [password]);
      } finally {
        signal.removeEventListener('abort', stop);
        transport.close();
      }
    },
  };
}

function serverOf({ server: text }: MailSettings) {
  const server = new URL(text);
  const isSecure = server.protocol === 'smtps:';
  return { server, isSecure, isLocal: isLoopback(server.hostname) };
}

/** The promise of a test or a rehearsal holds for mail as well. */
function assertAllowed(
  { name, server }: MailSettings,
  isLocal: boolean,
  { env, clock }: ChannelSurroundings,
): void {
  if (isLocal || !(isGuarded(env) || clock.shift !== undefined)) return;
  throw new KeyturnError(
    'endpoint-guard',
    `the mail server of the channel ${name}, ${server}, is not on this machine, and only this machine may be asked`,
    { hint: 'unset KEYTURN_ENDPOINT_GUARD and KEYTURN_SANDBOX' },
  );
}

function mailOf(message: Message, { from, to }: MailSettings) {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return {
    from: { name: 'keyturn', address: from },
    to: message.to === null ? [...to] : [message.to],
    subject: message.subject,
    text: fitted(
      message,
      (cut, more) => `${plainText(cut)}${more > 0 ? `\n${moreLine(more)}` : ''}\n`,
      (text) => text.length <= TEXT_MAX,
    ),
    messageId: `<${message.id}@${domain}>`,
    // Mail programs show what is about one matter together.
    references: [`<${threadOf(message)}@${domain}>`],
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  };
}

/** The first thing that the message is about, whatever became of it since. */
function threadOf({ sections, id }: Message): string {
  const [item] = sections.flatMap(({ items }) => items).filter(({ why }) => why !== null);
  if (item === undefined) return id;
  const about = [item.kind, item.account, item.user].filter((each) => each !== null).join('.');
  return `keyturn.${Buffer.from(about).toString('base64url')}`;
}

function notSent(
  thrown: unknown,
  { name, server }: MailSettings,
  secrets: readonly Secret[],
): KeyturnError {
  const { message = String(thrown), code = '' } = thrown as { message?: string; code?: string };
  const said = withoutSecrets(message.replaceAll(/\s+/g, ' '), secrets).slice(0, 300);
  const hint =
    code === 'EAUTH'
      ? 'check "user:" and what "password:" stands for'
      : 'check the address of the mail server, and whether this machine may send by it';
  return new KeyturnError(
    'notification-failed',
    `the channel ${name} (${server}) sent no mail: ${said}`,
    {
      hint,
    },
  );
}
