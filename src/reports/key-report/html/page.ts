// The report as one page that needs nothing else: no network, no script and no style to be read, and a policy that
// forbids whatever this file did not put there. The same document gives the same bytes.

import { createHash } from 'node:crypto';
import { VERSION } from '../../../base/version.ts';
import type { KeyReport } from '../document.ts';
import { accountsWord, thresholdWord, timeWord, verdictOf } from '../report-words.ts';
import { ROWS_PER_PAGE } from './key-rows.ts';
import { html, Markup } from './markup.ts';
import { scriptText } from './page-script.ts';
import { SECTIONS } from './sections.ts';
import { STYLE } from './style.ts';

/** What a page of ours begins with, whatever its version. */
export const PAGE_MARK = '<meta name="generator" content="keyturn report">';

export function renderHtml(report: KeyReport): string {
  const script = scriptText(ROWS_PER_PAGE);
  const sections = SECTIONS.flatMap(({ id, title, render }) => {
    const body = render(report);
    return body === undefined ? [] : [{ id, title, body }];
  });
  const links = sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
  // The policy is the first thing after the encoding: what stands before it would not be held to it.
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policyFor({ script, style: STYLE }))}">
${new Markup(PAGE_MARK)}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Access keys: ${accountsWord(report)}, ${report.execution_time.slice(0, 10)}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
${headerOf(report)}
<nav aria-label="Parts of the report"><ul>${links}</ul></nav>
<main id="main">
${sections.map(({ body }) => body)}
</main>
${footerOf(report)}
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}

/** Hashes and no nonces: the same report is the same file. Trusted types: text can never become markup. */
function policyFor({ script, style }: { readonly script: string; readonly style: string }): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "img-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function headerOf(report: KeyReport): Markup {
  const { tone, text } = verdictOf(report);
  const themes = ['auto', 'light', 'dark'].map(
    (name) =>
      html`<button type="button" data-theme="${name}" aria-pressed="${String(name === 'auto')}">${name}</button>`,
  );
  return html`<header>
<div class="top">
<h1><span class="mark">keyturn</span> Access keys of ${accountsWord(report)}</h1>
<div id="theme" role="group" aria-label="Theme" hidden>${themes}</div>
</div>
<p class="verdict ${tone}">${text}</p>
<p class="dim">${timeWord(report.execution_time)} · ${thresholdWord(report)}${sourceWord(report)}</p>
</header>`;
}

function sourceWord({ accounts }: KeyReport): string {
  const [only, second] = accounts;
  if (only === undefined || second !== undefined) return '';
  return only.source === 'credential-report'
    ? ` · credential report of ${timeWord(only.as_of)}`
    : ` · every user read at ${timeWord(only.as_of)}`;
}

function footerOf(report: KeyReport): Markup {
  const { summary, since, state, signed_by: signedBy, config, accounts } = report;
  const isByReport = accounts.some(({ source }) => source === 'credential-report');
  const unnamed = summary.keys_without_id;
  return html`<footer>
<p>Made by keyturn ${VERSION} at ${timeWord(report.execution_time)}, by reads alone.${signedBy !== null && ` Signed by ${signedBy}.`} Journal: ${state}.${config !== null && ` Configuration: ${config.path}.`}</p>
<p>What was done is counted from ${timeWord(since)} on, as the journal tells it: not what others did in IAM, nor what keyturn compact has dropped. AWS shows uses hours late.${isByReport && ' A credential report is up to four hours old.'}${unnamed > 0 && html` ${unnamed} keys have no ID here, because a credential report names none; <code>keyturn report --ids</code> reads them.`}</p>
<p>No secret is in this file. It names users, keys and accounts: show it to those who may know them.</p>
</footer>`;
}
