// A Secret of a Kubernetes cluster as a place: `payments/aws-key`, with the context of the kubeconfig before
// it, the keys of its data behind `#` (two, or one for both halves), and options behind `?`:
//
//   prod/payments/aws-key#S3_ID,S3_SECRET?restart=deployment/api&force=helm&cluster=api.example.com:6443
//
// What an operator leaves out of the context is filled in when the place is opened, and so is `cluster`, the
// address that the context led to: a record names both, so that a later run never takes another cluster for
// this one. What cannot stand in a word as it is is written as in a URL: `%23` for `#`.

import type { DeliveryTarget, JournaledTarget } from '../../lifecycle/record.ts';
import type { AskedPlace } from '../kind.ts';
import { type PlaceRule, withUser } from '../place.ts';
import { namesOf, type VariableNames, variablesNamed, writtenNames } from '../variable-names.ts';
import { nameWritten, writtenName } from '../written-name.ts';

export const KUBERNETES = 'kubernetes';

/** The service account of the pod that keyturn runs in, where an operator would write a context. */
export const IN_CLUSTER = 'in-cluster';

export interface SecretAt {
  /** Undefined: the current one, as long as no place is opened. */
  readonly context: string | undefined;
  readonly namespace: string;
  readonly name: string;
  /** The names of the keys in its data. */
  readonly pair: VariableNames;
  /** What is started anew once the Secret has the pair. */
  readonly restart: readonly Workload[];
  /** Who else may own the keys and is written over all the same. */
  readonly force: readonly string[];
  /** Which cluster it is; undefined as long as no place is opened. */
  readonly cluster: string | undefined;
}

export interface Workload {
  readonly resource: Resource;
  readonly name: string;
}

export type Resource = 'deployment' | 'statefulset' | 'daemonset';

const RESOURCES: Readonly<Record<string, Resource>> = {
  deployment: 'deployment',
  deployments: 'deployment',
  deploy: 'deployment',
  statefulset: 'statefulset',
  statefulsets: 'statefulset',
  sts: 'statefulset',
  daemonset: 'daemonset',
  daemonsets: 'daemonset',
  ds: 'daemonset',
};

export const KUBERNETES_SECRETS: PlaceRule = {
  example: 'apps/{user}',
  noun: 'a Kubernetes Secret',
  takes:
    'NAMESPACE/SECRET in lower-case letters, digits, - and ., a context and a slash before it where it is not the current one, behind # the names of two keys of its data when they are not AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY, or one for both halves, and behind ? restart=KIND/NAME and force=MANAGER',
  isWhole: true,
  isName: (text) => secretAt(text) !== undefined,
};

/** Undefined for a text that names no Secret. */
export function secretAt(text: string): SecretAt | undefined {
  const [, path = '', keys, query] = /^([^#?]*)(?:#([^?]*))?(?:\?(.*))?$/s.exec(text) ?? [];
  const segments = path.split('/');
  const name = segments.pop() ?? '';
  const namespace = segments.pop() ?? '';
  if (!isSubdomain(name) || !LABEL.test(namespace)) return undefined;
  const context = segments.length === 0 ? undefined : nameWritten(segments.join('/'));
  const isContext = segments.length === 0 || (context !== undefined && isWord(context));
  const pair = variablesNamed(keys, KEY);
  const options = query === undefined ? {} : optionsIn(query);
  if (!isContext || pair === undefined || options === undefined) return undefined;
  return {
    ...{ restart: [], force: [], cluster: undefined },
    ...{ context, namespace, name, pair, ...options },
  };
}

/** In one spelling, so that the same place is always written alike. */
export function placeOfSecret(at: SecretAt): string {
  const { context, namespace, name, pair } = at;
  const start = context === undefined ? '' : `${escaped(context)}/`;
  const options = [
    ...listOption('restart', at.restart.map(nameOfWorkload)),
    ...listOption('force', at.force),
    ...listOption('cluster', at.cluster === undefined ? [] : [at.cluster]),
  ];
  const query = options.length === 0 ? '' : `?${options.join('&')}`;
  return `${start}${namespace}/${name}${writtenNames(pair)}${query}`;
}

export function nameOfWorkload({ resource, name }: Workload): string {
  return `${resource}/${name}`;
}

/** Each key by itself: two users may have theirs in one Secret. */
export function thingsOfSecret(target: JournaledTarget): readonly string[] {
  const at = secretAt(target.place);
  if (at === undefined) return [target.place];
  // Of one that was never opened nobody knows which cluster is meant, so it is like no other.
  const where = at.cluster ?? `${at.context ?? ''} (not opened)`;
  return namesOf(at.pair).map((key) => `${where} ${at.namespace}/${at.name}#${key}`);
}

/** One place, whatever the context is called: what both start anew, and what both may write over. */
export function jointSecrets(
  own: DeliveryTarget,
  begun: JournaledTarget,
): DeliveryTarget | undefined {
  const [mine, theirs] = [secretAt(own.place), secretAt(begun.place)];
  if (mine === undefined || theirs === undefined) return undefined;
  const [ours, others] = [thingsOfSecret(own), thingsOfSecret(begun)];
  if (ours.join('\n') !== others.join('\n')) return undefined;
  const restart = new Map(
    [...mine.restart, ...theirs.restart].map((each) => [nameOfWorkload(each), each]),
  );
  const force = [...new Set([...mine.force, ...theirs.force])];
  const place = placeOfSecret({ ...mine, restart: [...restart.values()], force });
  return { kind: KUBERNETES, place };
}

/** What an operator writes for it, with {user} where a part of a name is the user's. */
export function secretAskedAs(place: string, user: string): AskedPlace | undefined {
  const at = secretAt(place);
  if (at === undefined) return undefined;
  const names = { namespace: withUser(at.namespace, user), name: withUser(at.name, user) };
  const template = placeOfSecret({ ...at, ...names, cluster: undefined });
  return { region: undefined, template };
}

/** A Secret that is named without a context, in the cluster of the other; see DestinationKind.completed. */
export function completedSecret(named: string, other: string): string | undefined {
  const [own, there] = [secretAt(named), secretAt(other)];
  if (own === undefined || there === undefined) return undefined;
  const { context = there.context, cluster = there.cluster } = own;
  return context === there.context ? placeOfSecret({ ...own, context, cluster }) : undefined;
}

const LABEL = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/;

function isSubdomain(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => LABEL.test(label));
}

/** As Kubernetes has it for the data of Secrets. */
const KEY = /^(?!\.\.)(?!\.$)[-._A-Za-z\d]{1,253}$/;

interface Options {
  readonly restart?: readonly Workload[];
  readonly force?: readonly string[];
  readonly cluster?: string;
}

function optionsIn(query: string): Options | undefined {
  const options: { -readonly [Name in keyof Options]: Options[Name] } = {};
  for (const part of query.split('&')) {
    const [, name, list = ''] = /^(restart|force|cluster)=(.+)$/s.exec(part) ?? [];
    const values = list.split(',').map(nameWritten);
    const words = values.filter((value) => value !== undefined && isWord(value)) as string[];
    if (name === undefined || name in options || words.length < values.length) return undefined;
    if (name === 'restart') {
      const workloads = words.map(workloadNamed).filter((each) => each !== undefined);
      if (workloads.length < words.length) return undefined;
      options.restart = workloads;
    } else if (name === 'force') options.force = [...new Set(words)];
    else if (words.length === 1 && words[0] !== undefined) options.cluster = words[0];
    else return undefined;
  }
  return options;
}

function workloadNamed(text: string): Workload | undefined {
  const [kind = '', name = '', ...more] = text.split('/');
  const resource = Object.hasOwn(RESOURCES, kind) ? RESOURCES[kind] : undefined;
  return resource !== undefined && isSubdomain(name) && more.length === 0
    ? { resource, name }
    : undefined;
}

function listOption(name: string, values: readonly string[]): string[] {
  return values.length === 0 ? [] : [`${name}=${values.map(escaped).join(',')}`];
}

/** A control character is a slip, and a riddle in every message. */
function isWord(text: string): boolean {
  return text !== '' && text.length <= 1_024 && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);
}

/** In a list of options commas and ampersands have a meaning too, and blanks end a word where people paste it. */
function escaped(text: string): string {
  return writtenName(text, '&, ');
}
