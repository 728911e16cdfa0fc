// The style sheet of the report: one for both themes and for paper. Nothing is told by a colour alone, and nothing
// is fetched.

const COLOURS = `
:root{color-scheme:light dark;
--paper:light-dark(#f7f6f2,#13171c);--card:light-dark(#ffffff,#1b2128);--ink:light-dark(#1b2026,#e8ebee);
--dim:light-dark(#565f69,#a7b0ba);--line:light-dark(#dedbd2,#343c46);--accent:light-dark(#0d665d,#69d0c1);
--bad:light-dark(#a9231c,#ff9389);--bad-soft:light-dark(#fae7e5,#3b1f1d);
--warn:light-dark(#744b00,#f3c06b);--warn-soft:light-dark(#faefd8,#372a14);
--info:light-dark(#2c4c9a,#a3bbff);--info-soft:light-dark(#e7ecf8,#1e2945);
--good:light-dark(#1b6639,#80d99f);--good-soft:light-dark(#e3f2e8,#17321f);
--bar:light-dark(#6f97a3,#5f8996);--bar-exempt:light-dark(#b08a2e,#c79f45);--bar-bad:light-dark(#b3261e,#f0766b);
--bar-retired:light-dark(#4a63a8,#8ba4ee);--bar-rotated:light-dark(#0f766e,#4fc4b4)}
:root[data-theme=light]{color-scheme:light}
:root[data-theme=dark]{color-scheme:dark}`;

const TEXT = `
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
h1,h2,h3,p,ul,ol,dl,dd{margin:0}
h1{font-size:1rem;font-weight:600;letter-spacing:.01em}
h2{font-size:1.15rem;line-height:1.3}
h3{font-size:.95rem}
a{color:var(--accent)}
code{font:.86em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
[hidden]{display:none!important}
.away{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:1rem;top:-4rem;background:var(--card);padding:.5rem 1rem;z-index:2}
.skip:focus{top:.5rem}
.dim,.note{color:var(--dim)}
.when{white-space:nowrap}
.note{font-size:.88rem;max-width:70ch}
.number{text-align:right;white-space:nowrap}`;

const LAYOUT = `
header,main,footer{max-width:76rem;margin:0 auto;padding:0 clamp(.9rem,3vw,2rem)}
header{padding-top:1.4rem;padding-bottom:1.2rem}
.top{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;justify-content:space-between}
.mark{color:var(--accent);font-weight:700}
.verdict{font:600 clamp(1.45rem,1rem + 2.1vw,2.35rem)/1.22 ui-serif,"Iowan Old Style",Charter,Georgia,"DejaVu Serif",serif;letter-spacing:-.01em;max-width:32ch;margin:1.1rem 0 .6rem;text-wrap:balance}
.verdict.bad{color:var(--bad)}.verdict.warn{color:var(--warn)}.verdict.good{color:var(--good)}
#theme{display:flex;border:1px solid var(--line);border-radius:99px;padding:2px;background:var(--card)}
#theme button{font:inherit;font-size:.82rem;border:0;background:none;color:var(--dim);padding:.15rem .7rem;border-radius:99px;cursor:pointer}
#theme button[aria-pressed=true]{background:var(--ink);color:var(--paper)}
nav{border-block:1px solid var(--line);background:var(--card)}
nav ul{max-width:76rem;margin:0 auto;padding:.45rem clamp(.9rem,3vw,2rem);list-style:none;display:flex;gap:.2rem 1.3rem;flex-wrap:wrap;font-size:.88rem}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
main>section{margin-top:2.1rem}
section>h2{margin-bottom:.6rem}
section>.note{margin:-.35rem 0 .8rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.1rem,1fr));gap:.7rem}
.figures>div{background:var(--card);border:1px solid var(--line);border-top:3px solid var(--line);border-radius:6px;padding:.65rem .8rem .7rem;display:flex;flex-direction:column}
.figures dt{order:2;font-weight:600;font-size:.9rem}
.figures dd{order:1;font-size:1.9rem;line-height:1.15;font-weight:600}
.figures dd+dd{order:3;font-size:.8rem;line-height:1.35;font-weight:400;color:var(--dim)}
.figures .bad{border-top-color:var(--bad)}.figures .bad dd:first-of-type{color:var(--bad)}
.figures .warn{border-top-color:var(--warn)}.figures .warn dd:first-of-type{color:var(--warn)}
.figures .info{border-top-color:var(--info)}.figures .info dd:first-of-type{color:var(--info)}
.figures .good{border-top-color:var(--good)}.figures .good dd:first-of-type{color:var(--good)}
.steps{padding-left:1.3rem;display:grid;gap:.5rem;max-width:80ch}
.steps code,.command{display:inline-block;background:var(--card);border:1px solid var(--line);border-radius:4px;padding:.1rem .45rem;user-select:all}
.pair{margin-top:2.1rem;display:grid;gap:1.6rem 2.4rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr))}
.pair>section>h2{margin-bottom:.2rem}
.pair>section>.note{margin:0 0 .6rem}
.problems{list-style:none;padding:0;display:grid;gap:.7rem}
.problems>li{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--warn);border-radius:6px;padding:.7rem .9rem}
.problems>li.bad{border-left-color:var(--bad)}
.problems ul{margin:.4rem 0 0;padding-left:1.1rem;font-size:.92rem}
.problems li li{margin-top:.2rem}
.problems .count{color:var(--dim);font-weight:400}
footer{margin-top:2.6rem;padding-top:1rem;padding-bottom:2.5rem;border-top:1px solid var(--line);font-size:.85rem;color:var(--dim)}
footer p{max-width:80ch;margin-top:.4rem}
details{margin-top:.5rem}
summary{cursor:pointer;color:var(--accent);font-size:.88rem}`;

const PICTURES = `
.chart,.track{display:block;overflow:visible}
svg text{font-family:inherit;font-size:11px;fill:var(--dim)}
.chart .grid{stroke:var(--line)}
.chart .mark{stroke:var(--ink)}
.chart .mark-text{fill:var(--ink);font-weight:600}
.chart .count{fill:var(--ink);font-size:10.5px}
.f-fine{fill:var(--bar)}.f-exempt{fill:var(--bar-exempt)}.f-overdue{fill:var(--bar-bad)}.f-failed{fill:var(--bar-bad)}
.f-rotated{fill:var(--bar-rotated)}.f-retired{fill:var(--bar-retired)}.f-grace{fill:var(--bar-retired)}.f-warn{fill:var(--bar-exempt)}
.l-grace{stroke:var(--bar-retired)}.l-warn{stroke:var(--bar-exempt)}.l-overdue{stroke:var(--bar-bad)}
.track .now{stroke:var(--dim)}.track .now-text{fill:var(--ink);font-weight:600}
.track .stage{fill:var(--card);stroke:var(--ink)}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;list-style:none;padding:0;font-size:.82rem;color:var(--dim)}
.legend svg{vertical-align:-1px}`;

const TABLES = `
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:6px;background:var(--card)}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{padding:.38rem .7rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
tbody tr:last-child>*{border-bottom:0}
tbody th{font-weight:600;overflow-wrap:anywhere;min-width:8rem}
thead th{font-size:.8rem;color:var(--dim);font-weight:600;white-space:nowrap;background:var(--card)}
thead th.number{text-align:right}
tbody tr:hover{background:var(--paper)}
td code{white-space:nowrap;overflow-wrap:normal}
.ids{white-space:nowrap}
.tracks td.time{width:34%;min-width:9rem;vertical-align:middle}
.tracks td:last-child{min-width:12rem}
.tag{display:inline-block;font-size:.78rem;font-weight:600;padding:.02rem .45rem;border-radius:3px;white-space:nowrap;color:var(--dim);box-shadow:inset 0 0 0 1px currentColor}
.tag.bad{color:var(--bad);background:var(--bad-soft)}.tag.warn{color:var(--warn);background:var(--warn-soft)}
.tag.info{color:var(--info);background:var(--info-soft)}.tag.good{color:var(--good);background:var(--good-soft)}
.sort{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;white-space:nowrap}
.sort::after{content:" \\2195";opacity:.55}
[aria-sort=ascending] .sort::after{content:" \\2191";opacity:1}
[aria-sort=descending] .sort::after{content:" \\2193";opacity:1}
.filter{display:flex;flex-wrap:wrap;gap:.6rem 1.2rem;align-items:end;margin-bottom:.7rem}
.filter label{display:block;font-size:.8rem;color:var(--dim)}
.filter input,.filter select,.pager button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--dim);border-radius:4px;padding:.3rem .55rem;min-height:2.2rem}
.filter input{width:min(22rem,82vw)}
.pager{display:flex;gap:1rem;align-items:center;margin-top:.7rem}
.pager button:disabled{opacity:.5}
.rest{margin-top:.6rem;font-size:.88rem;color:var(--dim)}`;

const OTHER_MEDIA = `
@media(max-width:34rem){body{font-size:14.5px}.figures{grid-template-columns:1fr 1fr}.figures dd:first-of-type{font-size:1.6rem}.chart .count{display:none}th,td{padding:.34rem .5rem}}
@media(forced-colors:active){.tag,.figures>div,.problems>li{border:1px solid}.f-overdue,.f-failed{fill:Mark}svg rect{stroke:CanvasText}}
@media(prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media print{:root{color-scheme:light!important}
@page{size:A4;margin:14mm}
html{font-size:9.5pt}body{font-size:9pt;background:#fff}nav,#theme,.filter,.pager,.skip{display:none!important}
header,main,footer{max-width:none;padding:0}.verdict{font-size:19pt}
main>section{margin-top:14pt}table{font-size:8pt}th,td{padding:2pt 4pt}
.scroll{overflow:visible;border:0}thead{display:table-header-group}tr,.problems>li,.figures>div,svg{break-inside:avoid}h2{break-after:avoid}
.figures{grid-template-columns:repeat(6,1fr)}.figures dd:first-of-type{font-size:15pt}td code{font-size:6.4pt}.tracks td.time,.tracks td:last-child{min-width:0}tbody th{min-width:5rem}
.sort::after{content:""}a{color:inherit;text-decoration:none}summary{list-style:none}}`;

/** As it stands in the page, without the line ends of this file. */
export const STYLE = [COLOURS, TEXT, LAYOUT, PICTURES, TABLES, OTHER_MEDIA]
  .join('')
  .replaceAll('\n', '');
