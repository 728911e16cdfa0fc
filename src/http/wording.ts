// What is said of a call that came to nothing. Of an answer only its reason is told, with every secret
// masked, whatever the service echoes (I8).

import { printable } from '../base/printable.ts';
import type { Secret } from '../base/secret.ts';
import { withoutCredentials, withoutSecrets } from '../base/without-secrets.ts';
import type { LostExchange } from './exchange.ts';
import { HttpFailure, type Outcome } from './failure.ts';
import type { HttpAnswer, ServiceOptions } from './service.ts';
import { type Way, wordUnreachable } from './unreachable.ts';

export interface FailedCall {
  readonly service: ServiceOptions;
  readonly origin: string;
  readonly call: { readonly method: string; readonly path: string };
  readonly secrets: readonly Secret[];
  /** Whether an earlier attempt may have come through. */
  readonly isRepeat: boolean;
}

const REASON_LENGTH_MAX = 300;
export function refusal(failed: FailedCall, answer: HttpAnswer, notBefore?: Date): HttpFailure {
  const { service, call, origin, isRepeat } = failed;
  const { status } = answer;
  const reason = reasonOf(failed, answer);
  const said = `HTTP ${status}${reason === undefined ? '' : `, ${reason}`}`;
  const isRead = call.method === 'GET';
  const wasDone = isRead || (!isRepeat && status < 500 && status !== 408 && status >= 300);
  const outcome: Outcome = wasDone ? 'refused' : 'unknown';
  const verb = status >= 500 ? 'cannot answer' : 'refuses';
  const path = withoutSecrets(call.path, failed.secrets);
  return new HttpFailure(
    `${service.name} at ${origin} ${verb} ${call.method} ${printable(path)}: ${said}`,
    {
      hint: hintFor(failed, answer, notBefore),
      ...{ outcome, status, reason, notBefore },
      header: (name) => answer.header(name),
    },
  );
}

function hintFor({ service, origin }: FailedCall, answer: HttpAnswer, notBefore?: Date): string {
  const { name, setting } = service;
  const { status } = answer;
  if (notBefore !== undefined) return `run again after ${notBefore.toISOString()}`;
  if (status === 401) return `check the credential for ${name}: it is wrong, or has expired`;
  if (status === 403) return `let the credential for ${name} do that`;
  if (status === 404) return `check the name, and that the credential for ${name} may see it`;
  if (status === 429) return 'run again later';
  if (status >= 300 && status < 400) {
    const to = redirectOf(answer, origin);
    if (to === origin) {
      return `${name} leads on to another path of its own, as it does for what was renamed or moved: write the name that it has now`;
    }
    const where = to === undefined ? 'another address' : to;
    return `a redirect to ${where} is not followed, since the credential would go there too: put the right address into ${setting}`;
  }
  if (status >= 500) return `run again once ${name} answers`;
  return `the answer is that of ${name}; compare with its documentation`;
}

/** Scheme, host and port of where the answer leads on to. */
function redirectOf(answer: HttpAnswer, origin: string): string | undefined {
  const location = answer.header('location') ?? '';
  return location !== '' && URL.canParse(location, origin)
    ? printable(new URL(location, origin).origin)
    : undefined;
}

/** A web page where an answer of the service should be; whether a write was done it does not tell. */
export function pageInstead({ service, origin, call, secrets }: FailedCall): HttpFailure {
  const { name, setting } = service;
  const path = printable(withoutSecrets(call.path, secrets));
  return new HttpFailure(
    `what answers ${call.method} ${path} at ${origin} is a web page, and not ${name}`,
    {
      hint: `check ${setting}, and whether a proxy or a sign-in page answers in its place`,
      outcome: call.method === 'GET' ? 'refused' : 'unknown',
    },
  );
}

export function lostCall(failed: FailedCall, lost: LostExchange, way: Way): HttpFailure {
  const { service, origin, call, isRepeat } = failed;
  const { isSent, networkCode, proxyStatus, words = 'no answer' } = lost;
  const peer = {
    name: `${service.name} at ${origin}`,
    setting: service.setting,
    trustSetting: `in ${service.tls?.caSetting ?? 'AWS_CA_BUNDLE'}`,
  };
  const failure = { way, networkCode, neverSent: !isSent, proxyStatus };
  const { message, hint } =
    lost.instead === undefined
      ? wordUnreachable(failure, peer, words)
      : { message: `${peer.name} ${lost.instead}`, hint: unfitHint(service, lost.isHopeless) };
  const isUnknown = call.method !== 'GET' && (isSent || isRepeat);
  const outcome: Outcome = isUnknown ? 'unknown' : 'not-sent';
  return new HttpFailure(message, { hint, outcome, networkCode });
}

function unfitHint({ name, setting }: ServiceOptions, isHopeless: boolean): string {
  return isHopeless
    ? `that is more than ${name} has to say about a place: check ${setting}, and whether something else answers there`
    : `run again; where it stays so, something between here and ${name} ends its answers`;
}

export function closedUntil(failed: FailedCall, notBefore: Date): HttpFailure {
  const { service, origin, call } = failed;
  const message = `${service.name} at ${origin} takes no more calls for now: its rate is used up, and ${call.method} was not sent`;
  const hint = `run again after ${notBefore.toISOString()}`;
  return new HttpFailure(message, { hint, outcome: 'not-sent', notBefore });
}

function reasonOf({ service, secrets }: FailedCall, answer: HttpAnswer): string | undefined {
  const body = answer.json();
  const plain = (answer.header('content-type') ?? '').startsWith('text/plain');
  const own = body === undefined ? undefined : (service.reasonIn?.(body) ?? commonReason(body));
  const text = own ?? (body === undefined && plain ? answer.text.reveal() : undefined);
  if (text === undefined) return undefined;
  const clean = withoutCredentials(withoutSecrets(text, secrets));
  const line = printable(clean.replaceAll(/\s+/g, ' ').trim()).replace(/\.$/, '');
  return line === '' ? undefined : line.slice(0, REASON_LENGTH_MAX);
}

/** `message`, `error`, `error_description` or `errors`, as text or as a list of texts. */
function commonReason(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = body as Record<string, unknown>;
  for (const name of ['message', 'error_description', 'error', 'errors']) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
    if (Array.isArray(value)) {
      const texts = value.map((each) => (typeof each === 'string' ? each : commonReason(each)));
      const known = texts.filter((each) => each !== undefined && each !== '');
      if (known.length > 0) return known.join('; ');
    }
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const inner = commonReason(value);
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
}
