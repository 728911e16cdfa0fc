// Decides whether the caller may do something, from policy documents, and words the refusal.

import type { Account, Caller, PolicyDocument, PolicyStatement } from './model.ts';
import { Refusal } from './refusal.ts';

type Verdict = 'allowed' | 'explicit-deny' | 'no-allow';

export interface Request {
  /** For example `iam:ListUsers`. */
  readonly action: string;
  readonly resourceArn: string;
  /** How AWS names the resource in a refusal. */
  readonly resourceShown: string;
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

function refusalReason(account: Account, caller: Caller, request: Request): string | undefined {
  const { principal } = caller;
  const identity = evaluate(
    [...principal.inlinePolicies.values(), ...principal.attachedPolicies.map((p) => p.document)],
    caller,
    request,
  );
  const organization =
    account.serviceControlPolicies.length === 0
      ? 'allowed'
      : evaluate(account.serviceControlPolicies, caller, request);
  if (organization === 'explicit-deny') return ' with an explicit deny in a service control policy';
  if (identity === 'explicit-deny') return ' with an explicit deny in an identity-based policy';
  if (organization === 'no-allow') {
    return ` because no service control policy allows the ${request.action} action`;
  }
  if (identity === 'no-allow') {
    return ` because no identity-based policy allows the ${request.action} action`;
  }
  return undefined;
}

function evaluate(documents: readonly PolicyDocument[], caller: Caller, request: Request): Verdict {
  const matching = documents
    .flatMap((document) => statementsOf(document))
    .filter((statement) => applies(statement, caller, request));
  if (matching.some((statement) => statement.Effect === 'Deny')) return 'explicit-deny';
  return matching.some((statement) => statement.Effect === 'Allow') ? 'allowed' : 'no-allow';
}

function statementsOf(document: PolicyDocument): readonly PolicyStatement[] {
  return asList(document.Statement);
}

function applies(statement: PolicyStatement, caller: Caller, request: Request): boolean {
  return (
    actionMatches(statement, request.action) &&
    asList(statement.Resource ?? '*').some((pattern) =>
      wildcard(substitute(pattern, caller)).test(request.resourceArn),
    ) &&
    conditionHolds(statement, caller)
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

/** Only `Bool` and `BoolIfExists` on aws:MultiFactorAuthPresent; other conditions never hold. */
function conditionHolds(statement: PolicyStatement, caller: Caller): boolean {
  return Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      if (key.toLowerCase() !== 'aws:multifactorauthpresent') return false;
      // Long-term credentials carry no such key at all, which is what IfExists is for.
      if (!caller.temporary) return operator === 'BoolIfExists';
      return operator.startsWith('Bool') && String(wanted) === String(caller.mfa);
    }),
  );
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
