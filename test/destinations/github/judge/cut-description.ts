// Of a description of an API: the paths that are about secrets, and what they refer to.

type Json = { readonly [name: string]: unknown };

interface Description extends Json {
  readonly paths: Readonly<Record<string, unknown>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const WANTED =
  /\/(?:actions|dependabot|codespaces|environments\/\{\w+\})\/(?:secrets|variables)(?:\/|$)|\/organization-secrets$|\/access_tokens$|^\/(?:repos|orgs)\/.*\/installation$|^\/repos\/\{owner\}\/\{repo\}$/;

export function cutDescription({ openapi, info, servers, paths, components }: Description): Json {
  const kept = Object.fromEntries(Object.entries(paths).filter(([path]) => WANTED.test(path)));
  const used: Record<string, Record<string, unknown>> = {};
  const seen = new Set<string>();
  const follow = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (name !== '$ref' || typeof inner !== 'string') {
        follow(inner);
        continue;
      }
      if (seen.has(inner)) continue;
      seen.add(inner);
      const [, , section = '', part = ''] = inner.split('/');
      const target = components[section]?.[part];
      used[section] = { ...used[section], [part]: target };
      follow(target);
    }
  };
  follow(kept);
  return { openapi, info, servers, paths: kept, components: used };
}
