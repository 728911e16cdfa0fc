// A service in which secrets live, asked over HTTPS in JSON: what the kinds of destinations see of it. The
// rest of this room is loaded when a service is opened.

import { KeyturnError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';

/** Throws `bad-value` for an address that cannot be, `endpoint-insecure` for http to another machine, and
 * `endpoint-guard` where only this machine may be asked. */
export type OpenService = (options: ServiceOptions) => Promise<HttpService>;

export interface ServiceOptions {
  /** Who it is, for people: `Vault`. */
  readonly name: string;
  /** Such as https://vault.example.com:8200; the paths of calls follow it. */
  readonly address: string;
  /** The setting with the address, such as VAULT_ADDR. */
  readonly setting: string;
  readonly tls?: ServiceTls | undefined;
  /** A proxy of its own, in the place of what the environment says. */
  readonly proxy?: ServiceProxy | undefined;
  /** Sent with every call. */
  readonly headers?: HttpHeaders | undefined;
  /** Why a call was refused, from the body of an answer; common forms are known without it. */
  readonly reasonIn?: ((body: unknown) => string | undefined) | undefined;
}

export interface ServiceProxy {
  /** Such as http://proxy.example.com:3128, with user and password where it asks for them. */
  readonly url: Secret;
  /** The setting that names it. */
  readonly setting: string;
}

export interface ServiceTls {
  /** Whom to trust in the place of all others, in PEM form. */
  readonly ca?: string | undefined;
  /** The setting that names it, for hints. */
  readonly caSetting?: string | undefined;
  /** In PEM form, with its key. */
  readonly certificate?: { readonly cert: string; readonly key: Secret } | undefined;
  /** The name that the certificate of the service must have, where it is not the host of the address. */
  readonly serverName?: string | undefined;
}

/** Each Secret is sent as it is, and masked wherever it comes back; of a list each value, under the same name. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | Secret | undefined>>;

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the address, without a slash before it, each part encoded: see `pathOf`. */
  readonly path: string;
  /** Whether the path is a secret itself, as that of a hook is: then no message shows it. */
  readonly hidesPath?: boolean | undefined;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  readonly headers?: HttpHeaders | undefined;
  /** Becomes JSON. Each Secret in it is sent as it is, and masked wherever it comes back. */
  readonly body?: unknown;
  /** A body that is JSON already, sent byte for byte, and what in it must be masked. */
  readonly json?: { readonly text: Secret; readonly secrets: readonly Secret[] } | undefined;
  /** `application/json` when left out. */
  readonly contentType?: string | undefined;
  /** Whether it may be sent again although it may have come through. A GET always may. */
  readonly isRepeatable?: boolean | undefined;
  /** Whether it is given up when the run ends, as a GET is: it asks, and changes nothing. */
  readonly endsWithRun?: boolean | undefined;
  /** From its beginning to the last byte of the answer, for each attempt. */
  readonly requestMs?: number | undefined;
  /** Whether a web page is an answer like every other one. */
  readonly takesPages?: boolean | undefined;
  /** Statuses that are answers like 2xx, and no failures. */
  readonly accepts?: readonly number[] | undefined;
  /** Of the answer. */
  readonly bytesMax?: number | undefined;
}

export interface HttpService {
  /** Scheme, host and port, for messages. */
  readonly origin: string;
  /**
   * Resolves with 2xx and with what the call accepts. Throws HttpFailure, and the reason of the run's end
   * where that comes first.
   */
  send(call: HttpCall): Promise<HttpAnswer>;
  /** The failure that an accepted answer turned out to be. */
  failureOf(call: HttpCall, answer: HttpAnswer): Error;
}

export interface AnswerParts {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: Secret;
  readonly isRepeat: boolean;
}

/** What it holds may be secret, so nothing of it is shown by accident. */
export class HttpAnswer {
  readonly status: number;
  /** Whether an earlier attempt at the same call may have come through. */
  readonly isRepeat: boolean;
  readonly #parts: AnswerParts;

  constructor(parts: AnswerParts) {
    this.status = parts.status;
    this.isRepeat = parts.isRepeat;
    this.#parts = parts;
  }

  header(name: string): string | undefined {
    const value = this.#parts.headers[name.toLowerCase()];
    return typeof value === 'string' ? value : value?.join(', ');
  }

  get text(): Secret {
    return this.#parts.text;
  }

  /** Whether it is a web page: none of the services answers with one. */
  get isPage(): boolean {
    const isSaid = /^(?:text\/html|application\/xhtml)/i.test(this.header('content-type') ?? '');
    return isSaid || /^\s*<(?:!doctype|html)/i.test(this.#parts.text.reveal());
  }

  /** The body; undefined when it is no JSON. */
  json(): unknown {
    try {
      return JSON.parse(this.#parts.text.reveal());
    } catch {
      // The parser's own error would quote the text (I8).
      return undefined;
    }
  }
}

/** A path of encoded parts: pathOf`repos/${owner}/${name}`. Throws `not-deliverable` for dots alone. */
export function pathOf(words: TemplateStringsArray, ...parts: readonly string[]): string {
  return String.raw({ raw: words }, ...parts.map(encodedPart));
}

/** Dots alone lead to another path, encoded or not, and so does nothing at all. */
function encodedPart(part: string): string {
  if (!/^\.{0,2}$/.test(part)) return encodeURIComponent(part);
  throw new KeyturnError('not-deliverable', `${JSON.stringify(part)} cannot be part of a path`, {
    hint: 'name the place otherwise; a user of such a name needs a run of its own',
  });
}

/** What is sent as the body of a call, and the secrets in it. */
export function bodyOf({ body, json }: HttpCall) {
  if (json !== undefined) return { text: json.text.reveal(), secrets: json.secrets };
  return body === undefined ? undefined : revealed(body);
}

/** The value with each Secret in it as its text, for JSON; and these secrets. */
function revealed(value: unknown): { readonly text: string; readonly secrets: Secret[] } {
  const secrets: Secret[] = [];
  const bare = (each: unknown): unknown => {
    if (each instanceof Secret) {
      secrets.push(each);
      return each.reveal();
    }
    if (Array.isArray(each)) return each.map(bare);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([name, inner]) => [name, bare(inner)]));
  };
  const text = JSON.stringify(bare(value));
  return { text, secrets };
}
