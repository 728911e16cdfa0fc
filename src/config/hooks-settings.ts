// The hooks of one user, from the layers of the configuration: of each moment the nearest list counts, and lists are
// never joined.

import type { HookModel, WatchModel } from './hooks-model.ts';
import type { Layer, Said } from './settings.ts';

export interface HookSettings {
  readonly afterDeliver: Said<readonly HookModel[]>;
  readonly beforeRetire: Said<readonly HookModel[]>;
  readonly afterRetire: Said<readonly WatchModel[]>;
}

/** `ending`: the layers whose words about the end of an old key are about this one. */
export function hooksIn(layers: readonly Layer[], ending: readonly Layer[]): HookSettings {
  return {
    afterDeliver: listIn(layers, 'after_deliver'),
    beforeRetire: listIn(ending, 'before_retire'),
    afterRetire: listIn(ending, 'after_retire'),
  };
}

type Lists = NonNullable<Layer['policy']['hooks']>;

function listIn<Key extends keyof Lists>(
  layers: readonly Layer[],
  key: Key,
): Said<NonNullable<Lists[Key]>> {
  const layer = layers.find(({ policy }) => policy.hooks?.[key] !== undefined);
  const value = (layer?.policy.hooks?.[key] ?? []) as NonNullable<Lists[Key]>;
  return { value, path: layer && [...layer.path, 'hooks', key] };
}

/** What its texts are made from, for questions about all of a policy. */
export function textsOf(policy: Layer['policy'] | undefined): readonly string[] {
  const { after_deliver = [], before_retire = [], after_retire = [] } = policy?.hooks ?? {};
  return [...after_deliver, ...before_retire, ...after_retire].flatMap(({ run = [], call }) => [
    ...run,
    ...(call === undefined ? [] : [call]),
  ]);
}

/** Whether a policy names programs that would be run. */
export function namesPrograms(policy: Layer['policy'] | undefined): boolean {
  const { after_deliver = [], before_retire = [], after_retire = [] } = policy?.hooks ?? {};
  return [...after_deliver, ...before_retire, ...after_retire].some(
    ({ run, auth }) => run !== undefined || auth?.startsWith('${command:') === true,
  );
}
