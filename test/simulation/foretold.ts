// I12: what a dry run said, held against what the run right after it did, when nobody else did anything.

import type { UserOutcome } from '../../src/engine/outcome.ts';
import type { RunResult } from './one-run.ts';
import { changesNamed, type SimPlan } from './plans.ts';

/** Each difference, in words. `isPlan`: a plan tells of keys that need a person, and the run that applies it does not. */
export function differences(dry: RunResult, done: RunResult, isPlan: boolean): string[] {
  const words = (outcome: UserOutcome) => inWords(isPlan ? withoutRefusal(outcome) : outcome);
  const said = new Map(dry.outcomes.map((outcome) => [outcome.user, words(outcome)]));
  const fatal =
    dry.fatal === done.fatal
      ? []
      : [`foretold: ${dry.fatal ?? 'a run'}; done: ${done.fatal ?? 'a run'}`];
  const ofUsers = done.outcomes.filter(isForetellable).flatMap((outcome) => {
    const [foretold = 'nothing', happened] = [said.get(outcome.user), words(outcome)];
    return foretold === happened ? [] : [`${outcome.user}: foretold ${foretold}, done ${happened}`];
  });
  // Of users of whom a plan names nothing the run that applies it tells nothing.
  const besides = isPlan ? dry.besides.filter((each) => done.besides.includes(each)) : dry.besides;
  const [foretold, told] = [besides, done.besides].map((all) => all.toSorted().join() || 'nothing');
  const ofRecovery = foretold === told ? [] : [`of recovery: foretold ${foretold}, told ${told}`];
  return [...fatal, ...ofUsers, ...ofRecovery];
}

/** Changes that the plan of the dry run names and the run did not make, and the other way round. */
export function notAsPlanned(plan: SimPlan, done: RunResult): string[] {
  const odd = done.outcomes.filter((outcome) => !isForetellable(outcome)).map(({ user }) => user);
  const told = (words: readonly string[]) =>
    words.filter((word) => !odd.some((user) => word.startsWith(`${user}: `))).toSorted();
  const [named, made] = [told(changesNamed(plan)).join(), told(done.changes).join()];
  return named === made || done.fatal
    ? []
    : [`planned ${named || 'nothing'}, changed ${made || 'nothing'}`];
}

/**
 * Whether AWS accepts a key is asked by the run alone: a person may have put another secret beside it. And so is
 * what a watch sees.
 */
function isForetellable({ rotation }: UserOutcome): boolean {
  if (rotation?.kind !== 'failed') return true;
  return rotation.error.code !== 'not-accepted-yet' && rotation.error.code !== 'watch-red';
}

function withoutRefusal(outcome: UserOutcome): UserOutcome {
  const { rotation } = outcome;
  const isRefused = rotation?.kind === 'failed' && !rotation.resumed;
  return isRefused ? { ...outcome, rotation: undefined } : outcome;
}

/** What came of a user, in the words that a dry run and a run have in common. */
function inWords({ rotation, cleanup, retirement }: UserOutcome): string {
  const deleted = `${cleanup?.deleted.join() || 'no key'} deleted`;
  const left = retirement && `, ${retirement.oldKey.id} ${retirement.kind}`;
  const besides = `${deleted}${left ?? ''}`;
  if (rotation === undefined) return `nothing rotated, ${besides}`;
  const how = rotation.resumed ? 'resumed' : 'fresh';
  const { id } = rotation.oldKey;
  const what = rotation.kind === 'failed' ? `refused (${rotation.error.code})` : 'rotated';
  return `${id} ${what}, ${how}, ${besides}`;
}
