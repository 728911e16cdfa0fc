// A server on this machine that stands for every host of AWS, and a proxy in front of it: both record who
// asked what. It answers a few operations of IAM and STS, and hands out credentials as the metadata
// services of a container and of an instance do.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Certificates } from './certificates.ts';
import { IDS } from './keys.ts';

/** One request as it arrived. */
export interface Recorded {
  readonly via: 'direct' | 'proxy';
  readonly host: string;
  /** The Action of a call, or the path of anything else. */
  readonly what: string;
  readonly keyId: string | undefined;
  /** The region that the signature is for. */
  readonly region: string | undefined;
  readonly sessionToken: string | undefined;
  readonly webIdentityToken: string | undefined;
  readonly authorization: string | undefined;
}

export interface Ports {
  readonly https: number;
  readonly http: number;
  readonly proxy: number;
}

export interface Recorder {
  readonly ports: Ports;
  readonly requests: Recorded[];
  /** What the proxy was asked to connect to, with the credentials that it was shown. */
  readonly tunnels: { readonly target: string; readonly credentials: string | undefined }[];
  /** What the proxy answers instead of connecting. */
  refusal: string | undefined;
  clear(): void;
  close(): Promise<void>;
}

const SESSION_MS = 3_600_000;

export async function startRecorder({ key, certificate }: Certificates): Promise<Recorder> {
  const requests: Recorded[] = [];
  const tunnels: Recorder['tunnels'] = [];
  /** Ports of connections that the proxy opened. */
  const throughProxy = new Set<number | undefined>();
  const sockets = new Set<Socket>();
  const record = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await textOf(request);
    const isProxied = throughProxy.has(request.socket.remotePort);
    requests.push(recorded(request, body, isProxied ? 'proxy' : 'direct'));
    answer(request, body, response);
  };
  const https = createTlsServer({ key, cert: certificate }, record);
  const http = createServer(record);
  const proxy = createServer((request, response) => {
    const target = new URL(request.url ?? '');
    tunnels.push({ target: target.host, credentials: credentialsOf(request) });
    void textOf(request).then((body) => {
      requests.push(recorded(request, body, 'proxy'));
      answer(request, body, response);
    });
  });
  const recorder = { requests, tunnels, refusal: undefined as string | undefined };
  proxy.on('connect', (request: IncomingMessage, client: Socket) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    tunnels.push({ target: request.url ?? '', credentials: credentialsOf(request) });
    if (recorder.refusal !== undefined) {
      client.end(`HTTP/1.1 ${recorder.refusal}\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const server = connect(portOf(https), '127.0.0.1', () => {
      throughProxy.add(server.localPort);
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    server.on('error', () => client.destroy());
  });
  const servers = [https, http, proxy];
  for (const server of servers) {
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
  return Object.assign(recorder, {
    ports: { https: portOf(https), http: portOf(http), proxy: portOf(proxy) },
    clear: () => {
      requests.length = 0;
      tunnels.length = 0;
      // The system gives the same numbers to later connections.
      throughProxy.clear();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  });
}

function portOf(server: Pick<Server, 'address'>): number {
  return (server.address() as AddressInfo).port;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}

function credentialsOf({ headers }: IncomingMessage): string | undefined {
  const basic = /^Basic (.+)$/i.exec(headers['proxy-authorization'] ?? '')?.[1];
  return basic === undefined ? undefined : Buffer.from(basic, 'base64').toString('utf8');
}

function recorded(request: IncomingMessage, body: string, via: Recorded['via']): Recorded {
  const { headers } = request;
  const scope = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(headers.authorization ?? '');
  const form = new URLSearchParams(body);
  return {
    via,
    // The port says nothing: it is another one in every run.
    host: (headers.host ?? '').replace(/:\d+$/, ''),
    what: form.get('Action') ?? request.url ?? '',
    keyId: scope?.[1],
    region: scope?.[2],
    sessionToken: headers['x-amz-security-token'] as string | undefined,
    webIdentityToken: form.get('WebIdentityToken') ?? undefined,
    authorization: scope === null ? headers.authorization : undefined,
  };
}

function answer(request: IncomingMessage, body: string, response: ServerResponse): void {
  const action = new URLSearchParams(body).get('Action');
  if (action !== null) {
    response.setHeader('content-type', 'text/xml');
    response.end(answerOf(action, request.headers.host ?? ''));
    return;
  }
  const path = request.url ?? '';
  if (request.method === 'PUT' && path === '/latest/api/token')
    response.end('a-token-of-the-instance');
  else if (path === '/latest/meta-data/iam/security-credentials/') response.end('instance-role');
  else if (path.startsWith('/latest/meta-data/iam/')) response.end(metadata(IDS.instance));
  else if (path === '/container') response.end(metadata(IDS.container));
  else if (path.startsWith('/federation/credentials')) response.end(ssoSession());
  else response.writeHead(404).end();
}

/** As the metadata services of AWS write credentials. */
function metadata(id: string): string {
  return JSON.stringify({
    Code: 'Success',
    Type: 'AWS-HMAC',
    AccessKeyId: id,
    SecretAccessKey: 'not-a-secret',
    Token: 'not-a-token',
    Expiration: expiration(),
  });
}

/** As the portal of IAM Identity Center writes them. */
function ssoSession(): string {
  return JSON.stringify({
    roleCredentials: {
      accessKeyId: IDS.sso,
      secretAccessKey: 'not-a-secret',
      sessionToken: 'not-a-token',
      expiration: Date.now() + SESSION_MS,
    },
  });
}

function expiration(): string {
  return new Date(Date.now() + SESSION_MS).toISOString().replace(/\.\d+/, '');
}

function answerOf(action: string, host: string): string {
  const partition = /\.amazonaws\.com\.cn/.test(host)
    ? 'aws-cn'
    : /-gov[.-]/.test(host)
      ? 'aws-us-gov'
      : 'aws';
  const session = (id: string) =>
    `<Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>not-a-secret</SecretAccessKey><SessionToken>not-a-token</SessionToken><Expiration>${expiration()}</Expiration></Credentials>`;
  const role = `<AssumedRoleUser><Arn>arn:${partition}:sts::123456789012:assumed-role/r/s</Arn><AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser>`;
  const results: Readonly<Record<string, string>> = {
    GetCallerIdentity: `<Arn>arn:${partition}:iam::123456789012:user/ann</Arn><UserId>AIDA</UserId><Account>123456789012</Account>`,
    ListAccessKeys: `<IsTruncated>false</IsTruncated><AccessKeyMetadata><member><UserName>ann</UserName><AccessKeyId>${IDS.listed}</AccessKeyId><Status>Active</Status><CreateDate>${new Date().toISOString()}</CreateDate></member></AccessKeyMetadata>`,
    GetAccountSummary: '<SummaryMap><entry><key>Users</key><value>1</value></entry></SummaryMap>',
    ListUsers: `<IsTruncated>false</IsTruncated><Users><member><UserName>ann</UserName><Path>/</Path><UserId>AIDA</UserId><Arn>arn:${partition}:iam::123456789012:user/ann</Arn><CreateDate>${new Date().toISOString()}</CreateDate></member></Users>`,
    GetAccessKeyLastUsed: `<UserName>ann</UserName><AccessKeyLastUsed><LastUsedDate>${new Date().toISOString()}</LastUsedDate><ServiceName>iam</ServiceName><Region>us-east-1</Region></AccessKeyLastUsed>`,
    AssumeRole: session(IDS.role) + role,
    AssumeRoleWithWebIdentity: session(IDS.web) + role,
    GetSessionToken: session(IDS.session),
  };
  const result = results[action] ?? '';
  const xmlns =
    !(action in results) || /AccessKey|Users|Summary/.test(action) ? 'https://iam' : 'https://sts';
  return `<${action}Response xmlns="${xmlns}.amazonaws.test/doc/"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`;
}
