// A service as a hook: facts as the body of a call, its status as the answer.

import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import { hintLine } from '../../base/hint.ts';
import { printable } from '../../base/printable.ts';
import { Secret } from '../../base/secret.ts';
import { withoutSecrets, withoutWordsLikeSecrets } from '../../base/without-secrets.ts';
import type { PlaceCredentials } from '../../destinations/place-credentials.ts';
import { HttpFailure } from '../../http/failure.ts';
import type { HttpAnswer, HttpCall, OpenService } from '../../http/service.ts';
import type { RawAnswer } from '../../lifecycle/hook-answer.ts';

export interface ServiceAsked {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** A reference to a credential. */
  readonly auth: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  readonly isRepeatable: boolean;
  /** Whether it is given up when the run ends. */
  readonly endsWithRun: boolean;
  /** Whether a web page is an answer like every other one. */
  readonly takesPages: boolean;
}

export interface ServiceSurroundings {
  readonly http: OpenService;
  readonly credentials: PlaceCredentials;
}

const WORDS_LENGTH_MAX = 300;

export async function askService(
  asked: ServiceAsked,
  { http, credentials }: ServiceSurroundings,
): Promise<RawAnswer & { readonly retryAfter?: string | undefined }> {
  const url = new URL(asked.url);
  let secret: Secret | undefined;
  try {
    secret = asked.auth === undefined ? undefined : await credentials.resolve(asked.auth);
    const service = await http({
      name: 'the hook',
      address: url.origin,
      setting: 'the "call:" of the hook',
      headers: secret && { authorization: headerOf(secret) },
    });
    const answer = await service.send(callOf(asked, url));
    return {
      kind: 'status',
      status: answer.status,
      words: wordsOf(answer, secret),
      retryAfter: answer.header('retry-after'),
    };
  } catch (thrown) {
    return failure(thrown, secret);
  }
}

function callOf(asked: ServiceAsked, url: URL): HttpCall {
  const { method, facts, timeoutMs, isRepeatable, endsWithRun, takesPages } = asked;
  return {
    method,
    path: `${url.pathname.slice(1)}${url.search}`,
    ...(method !== 'GET' && { body: facts }),
    ...{ isRepeatable, endsWithRun, takesPages, requestMs: timeoutMs },
    accepts: [409],
    bytesMax: 1_048_576,
  };
}

/** A value with a scheme is sent as it is. */
function headerOf(secret: Secret): Secret {
  const text = secret.reveal();
  return /^[A-Za-z][\w-]* \S/.test(text) ? secret : new Secret(`Bearer ${text}`);
}

/** What a service says, where that is a text of a line or a field that says it. */
function wordsOf(answer: HttpAnswer, secret: Secret | undefined): string | undefined {
  const body = answer.json();
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const own = [fields.reason, fields.message, fields.error, body].find(
    (each) => typeof each === 'string' && each.trim() !== '',
  );
  const text = typeof own === 'string' ? own : body === undefined ? answer.text.reveal() : '';
  const clean = withoutWordsLikeSecrets(withoutSecrets(text, secret === undefined ? [] : [secret]));
  const line = printable(clean.replaceAll(/\s+/g, ' ').trim());
  return line === '' || answer.isPage ? undefined : line.slice(0, WORDS_LENGTH_MAX);
}

/** Throws only the end of the run. */
function failure(thrown: unknown, secret: Secret | undefined): RawAnswer {
  const error = toKeyturnError(thrown);
  if (error.isStop) throw error;
  const mask = (text: string) =>
    withoutWordsLikeSecrets(withoutSecrets(text, secret === undefined ? [] : [secret]));
  if (!(error instanceof HttpFailure)) {
    const hint =
      error instanceof KeyturnError && error.hintParts ? `; ${hintLine(error.hintParts)}` : '';
    return { kind: 'none', isSent: false, words: mask(`${error.message}${hint}`) };
  }
  const { status, reason, outcome } = error;
  if (status === undefined) {
    return { kind: 'none', isSent: outcome === 'unknown', words: mask(error.message) };
  }
  const isRedirect = status >= 300 && status < 400;
  const words = isRedirect ? 'a redirect is not followed' : reason;
  return { kind: 'status', status, words: words === undefined ? undefined : mask(words) };
}
