// Roles and their bindings, as far as the tests have them.

interface Access {
  readonly namespace: string;
  readonly group?: string;
  readonly resource: string;
  readonly name?: string | undefined;
  readonly verb: string;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export function allowed(
  objects: ReadonlyMap<string, Record<string, unknown>>,
  who: string,
  { namespace, group = '', resource, name, verb }: Access,
): boolean {
  const role = objects.get(
    `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles/${who}`,
  );
  const rules = (role?.rules ?? []) as readonly Rule[];
  return rules.some(
    ({ apiGroups, resources, resourceNames, verbs }) =>
      apiGroups.includes(group) &&
      resources.includes(resource) &&
      verbs.includes(verb) &&
      (resourceNames === undefined || (name !== undefined && resourceNames.includes(name))),
  );
}
