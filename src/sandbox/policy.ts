// Decides whether the caller may do something, from policy documents, and words the refusal.

import type { Account, Caller, PolicyDocument, PolicyStatement } from './model.ts';
import type { ConditionContext } from './operation.ts';
import { Refusal } from './refusal.ts';

export interface Request {
  /** For example `iam:ListUsers`. */
  readonly action: string;
  readonly resourceArn: string;
  /** How AWS names the resource in a refusal. */
  readonly resourceShown: string;
  /** Whether only an explicit Deny forbids it. */
  readonly isAllowedByDefault?: boolean;
  /** What conditions can ask about, by key in small letters. */
  readonly context?: ConditionContext;
}

/** Throws AccessDenied in AWS's words unless the caller's policies allow the request. */
export function authorize(account: Account, caller: Caller, request: Request): void {
  const reason = refusalReason(account, caller, request);
  if (reason !== undefined) throw accessDenied(caller, request, reason);
}

export function accessDenied(caller: Caller, request: Request, reason: string): Refusal {
  return new Refusal(
    'AccessDenied',
    403,
    `User: ${caller.arn} is not authorized to perform: ${request.action} on resource: ${request.resourceShown}${reason}`,
  );
}

interface Source {
  readonly document: PolicyDocument;
  /** Only managed policies have one. */
  readonly arn?: string;
}

function refusalReason(account: Account, caller: Caller, request: Request): string | undefined {
  const { inlinePolicies, attachedPolicies } = caller.principal;
  const inline = [...inlinePolicies.values()].map((document) => ({ document }));
  const identity = evaluate([...inline, ...attachedPolicies], caller, request);
  const organization = evaluate(
    account.serviceControlPolicies.map((document) => ({ document })),
    caller,
    request,
  );
  if (organization.denying !== undefined) {
    return ' with an explicit deny in a service control policy';
  }
  if (identity.denying !== undefined) {
    const { arn } = identity.denying;
    const which = arn === undefined ? '' : `: ${arn}`;
    return ` with an explicit deny in an identity-based policy${which}`;
  }
  if (request.isAllowedByDefault === true) return undefined;
  // An account without service control policies is bound by none.
  if (account.serviceControlPolicies.length > 0 && !organization.isAllowed) {
    return ` because no service control policy allows the ${request.action} action`;
  }
  if (!identity.isAllowed) {
    return ` because no identity-based policy allows the ${request.action} action`;
  }
  return undefined;
}

function evaluate(
  sources: readonly Source[],
  caller: Caller,
  request: Request,
): { readonly denying: Source | undefined; readonly isAllowed: boolean } {
  const has = (source: Source, effect: PolicyStatement['Effect']): boolean =>
    asList(source.document.Statement).some(
      (statement) => statement.Effect === effect && applies(statement, caller, request),
    );
  return {
    denying: sources.find((source) => has(source, 'Deny')),
    isAllowed: sources.some((source) => has(source, 'Allow')),
  };
}

function applies(statement: PolicyStatement, caller: Caller, request: Request): boolean {
  return (
    actionMatches(statement, request.action) &&
    asList(statement.Resource ?? '*').some((pattern) =>
      wildcard(substitute(pattern, caller)).test(request.resourceArn),
    ) &&
    conditionsHold(statement, caller, request)
  );
}

function actionMatches(statement: PolicyStatement, action: string): boolean {
  const named = (patterns: string | readonly string[]): boolean =>
    asList(patterns).some((pattern) => wildcard(pattern, 'i').test(action));
  if (statement.NotAction !== undefined) return !named(statement.NotAction);
  return named(statement.Action ?? []);
}

function substitute(pattern: string, caller: Caller): string {
  return pattern.replaceAll(/\$\{aws:username\}/gi, caller.user?.name ?? caller.principal.name);
}

const OPERATOR = /^(ForAllValues:|ForAnyValue:)?(StringEquals|StringLike|Bool)(IfExists)?$/;

/** A condition with another operator, or about something that the request does not say, never holds. */
function conditionsHold(statement: PolicyStatement, caller: Caller, request: Request): boolean {
  return Object.entries(statement.Condition ?? {}).every(([operator, keys]) => {
    const [isKnown, set, compare = '', ifExists] = OPERATOR.exec(operator) ?? [];
    if (isKnown === undefined) return false;
    return Object.entries(keys).every(([key, wanted]) => {
      const actual = valuesOf(key.toLowerCase(), caller, request);
      if (actual === undefined) return ifExists !== undefined || set === 'ForAllValues:';
      const fits = (value: string) =>
        asList(wanted as string | readonly string[]).some((pattern) =>
          compare === 'StringLike'
            ? wildcard(String(pattern)).test(value)
            : String(pattern) === value,
        );
      return set === 'ForAllValues:' ? actual.every(fits) : actual.some(fits);
    });
  });
}

function valuesOf(key: string, caller: Caller, request: Request): readonly string[] | undefined {
  if (key !== 'aws:multifactorauthpresent') return request.context?.[key];
  // Long-term credentials carry no such key at all, which is what IfExists is for.
  return caller.temporary ? [String(caller.mfa)] : undefined;
}

function wildcard(pattern: string, flags = ''): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, flags);
}

function asList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
