// What needs a person, by cause: what it means and what to do stand once, then whom it is about.

import { ERROR_CODES } from '../../../base/error-codes.ts';
import { linesOfHint } from '../../../base/hint.ts';
import type { KeyReport, ReportProblem } from '../document.ts';
import { dayWord, timesIn } from '../report-words.ts';
import { html, type Markup } from './markup.ts';

/** Of one cause; the others are in the JSON. */
const SHOWN_MAX = 25;
/** Commands of so many; after that a reader knows how they go. */
const HINTS_MAX = 3;

export function problemsMarkup({ problems, remedies, accounts }: KeyReport): Markup {
  const names = new Map(accounts.map((one) => [one.account_id, one.account_name]));
  const placeOf = (account: string) =>
    accounts.length > 1 ? ` in ${names.get(account) ?? account}` : '';
  const codes = [...new Set(problems.map(({ code }) => code))];
  const groups = codes.map((code) => {
    const own = problems.filter((each) => each.code === code);
    const known = remedies[code];
    const items = own
      .slice(0, SHOWN_MAX)
      .map((each, index) => itemOf(each, { placeOf, hasHint: index < HINTS_MAX }));
    const more = own.length - SHOWN_MAX;
    const tone = isFailure(code) ? 'bad' : 'warn';
    return html`<li class="${tone}"><h3>${known?.title ?? code} <span class="count">(${own.length})</span></h3>
<p>${withCode(known?.remedy ?? '')} <span class="dim"><code>${code}</code></span></p>
<ul>${items}${more > 0 && html`<li class="dim">and ${more} more</li>`}</ul></li>
`;
  });
  return html`<ul class="problems">${groups}</ul>`;
}

/** What went wrong, beside what only waits for somebody. */
function isFailure(code: string): boolean {
  if (code === 'wrong-place' || code === 'rotation-failed') return true;
  return Object.hasOwn(ERROR_CODES, code)
    ? ERROR_CODES[code as keyof typeof ERROR_CODES].kind === 'failure'
    : false;
}

function itemOf(
  problem: ReportProblem,
  {
    placeOf,
    hasHint,
  }: { readonly placeOf: (account: string) => string; readonly hasHint: boolean },
): Markup {
  const { account_id: account, username: user, access_key_id: key, since, message, hint } = problem;
  // A message about an account names it.
  const isNamed = user === null && account !== null && message.includes(account);
  const name = user ?? (account === null || isNamed ? '' : `account ${account}`);
  const where = user !== null && account !== null ? placeOf(account) : '';
  const lines = hint === null || !hasHint ? [] : linesOfHint(hint);
  const help = lines.map(({ kind, text }) =>
    kind === 'command'
      ? html`<br><code class="command">${text}</code>`
      : html`<br>${timesIn(text)}`,
  );
  return html`<li>${name !== '' && html`<strong>${name}</strong>`}${where}${key !== null && html` <code>${key}</code>`}${name !== '' && ': '}${timesIn(message)}${since !== null && html` <span class="dim">since ${dayWord(since)}</span>`}${help}</li>`;
}

/** Texts of ours mark commands with backquotes. */
export function withCode(text: string): Markup {
  const parts = text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
  return html`${parts}`;
}
