import { simulate } from './simulate.ts';
const first = Number(process.argv[2] ?? 1), count = Number(process.argv[3] ?? 100);
const t = process.hrtime.bigint();
let rot = 0, started = 0; const bad: string[] = [];
for (let seed = first; seed < first + count; seed += 1) {
  const r = await simulate({ seed });
  rot += r.counts.rotations; started += r.counts.started;
  if (r.violations.length) bad.push(`${seed} ${r.violations[0]?.invariant} ${r.violations[0]?.what}`);
}
const s = Number(process.hrtime.bigint() - t) / 1e9;
process.stdout.write(`${bad.slice(0, 40).join('\n')}\n${count} seeds ${rot} done ${started} started ${bad.length} bad, ${s.toFixed(1)} s, ${(rot / s).toFixed(0)}/s\n`);
if (process.argv[4]) { const r = await simulate({ seed: first, traces: true }); process.stdout.write(r.trace.lines().join('\n') + '\n'); }
