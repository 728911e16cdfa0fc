// The kinds of destination that there are. Adding one is a folder and a line here: the words of
// `--deliver`, its help, the table in docs/destinations/ and the engine's questions follow from this
// list. Every command line loads it, so a kind loads what it needs only when it is opened.

import { KeyturnError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { DeliveryTarget, JournaledTarget } from '../lifecycle/record.ts';
import type { ReaderTerms } from '../lifecycle/settle.ts';
import { circleci } from './circleci/index.ts';
import { circleciContext } from './circleci-context/index.ts';
import { commandKind } from './command/index.ts';
import { credentialsFile } from './credentials-file/index.ts';
import type { Destination } from './destination.ts';
import { dotenv } from './dotenv/index.ts';
import type { Form } from './forms/form.ts';
import { github } from './github/index.ts';
import { githubCodespaces } from './github-codespaces/index.ts';
import { githubCodespacesOrg } from './github-codespaces-org/index.ts';
import { githubDependabot } from './github-dependabot/index.ts';
import { githubDependabotOrg } from './github-dependabot-org/index.ts';
import { githubOrg } from './github-org/index.ts';
import { gitlab } from './gitlab/index.ts';
import { gitlabGroup } from './gitlab-group/index.ts';
import { handoff } from './handoff/index.ts';
import type { Custody, DestinationKind, Opening } from './kind.ts';
import { kubernetes } from './kubernetes/index.ts';
import { expandPlace, type PlaceFacts, SAMPLE_FACTS } from './place.ts';
import { secretsManager } from './secrets-manager/index.ts';
import { ssm } from './ssm/index.ts';
import { stdout } from './stdout/index.ts';
import { vault } from './vault/index.ts';

export const KINDS: readonly DestinationKind[] = [
  stdout,
  handoff,
  secretsManager,
  ssm,
  dotenv,
  github,
  githubOrg,
  githubDependabot,
  githubDependabotOrg,
  githubCodespaces,
  githubCodespacesOrg,
  gitlab,
  gitlabGroup,
  circleci,
  circleciContext,
  commandKind,
  credentialsFile,
  vault,
  kubernetes,
];

/** The kinds that an operator may name with `--deliver`. */
export const OFFERED_KINDS: readonly DestinationKind[] = KINDS.filter(({ isOffered }) => isOffered);

/** What can be reached otherwise than as the environment says, by the word that a connection says as its kind. */
export const SERVICES: readonly string[] = [
  ...new Set(OFFERED_KINDS.flatMap(({ way }) => way?.service ?? [])),
];

/** Undefined for a kind that this version does not know. */
export function kindNamed(name: string): DestinationKind | undefined {
  return KINDS.find((kind) => kind.name === name);
}

/** How `--deliver` is given the kind: `ssm=NAME`, or the bare word where it stands alone. */
export function wordOf({ name, rule }: DestinationKind): string {
  return rule === undefined ? name : `${name}=NAME`;
}

/**
 * Whether no two users share anything that is written at their places: {user} in an option, or in the name of
 * a field, makes no place of one's own.
 */
export function isApartByUser(place: NamedPlace): boolean {
  return isApart(place, [{ user: 'anna' }, { user: 'bert' }]);
}

/** The same of users of one name in two accounts. */
export function isApartByAccount(place: NamedPlace): boolean {
  if (kindNamed(place.kind)?.isInAccount === true) return true;
  return isApart(place, [{ account: '111122223333' }, { account: '444455556666' }]);
}

function isApart(place: NamedPlace, [one, other]: readonly [Partial<PlaceFacts>, object]): boolean {
  const things = (facts: object) => thingsAt(targetFor(place, { ...SAMPLE_FACTS, ...facts }));
  try {
    const others = things(other);
    return !things(one).some((thing) => others.includes(thing));
  } catch {
    // What is wrong with the name is said of each user.
    return true;
  }
}

/** The place for one user, from what the operator wrote. Throws `not-deliverable`. */
export function targetFor({ kind, name }: NamedPlace, facts: PlaceFacts): DeliveryTarget {
  const place = kindNamed(kind)?.placeFor(name, facts) ?? name;
  return typeof place === 'string' ? { kind, place } : { kind, ...place };
}

/** Undefined for a kind that this version does not know, and for a place that is not of the kind. */
export async function openDestination(
  target: JournaledTarget,
  opening: Opening,
): Promise<Destination | undefined> {
  const kind = kindNamed(target.kind);
  if (target.form === undefined) return await kind?.open(target, opening);
  const { user, account, custody } = opening;
  const { openForm } = await import('./forms/open-form.ts');
  const form = openForm(target.form, { user, account });
  const inner =
    form && (await kind?.open(target, { ...opening, form, custody: formed(custody, form) }));
  if (form === undefined || inner === undefined) return undefined;
  const { formedDestination } = await import('./forms/formed.ts');
  const requireFit = (text: string) => refuseMisfit(target, kind?.misfit?.(text));
  return formedDestination(inner, { form, custody, requireFit });
}

/** A kind that holds a place against custody finds there what it was to write. */
function formed(custody: Custody, form: Form): Custody {
  return {
    get: async (keyId) => {
      const issued = await custody.get(keyId);
      return issued && { ...issued, secret: new Secret(form.write(issued)) };
    },
    holds: (keyId) => custody.holds(keyId),
    describe: (keyId) => custody.describe(keyId),
    sealed: custody.sealed,
  };
}

function refuseMisfit({ kind, place }: JournaledTarget, misfit: string | undefined): void {
  if (misfit === undefined) return;
  throw new KeyturnError(
    'not-deliverable',
    `${kind} ${place} cannot hold that form: it ${misfit}`,
    {
      hint: 'with +base64 behind the name of the form it is one word of letters and digits',
    },
  );
}

/** What readers of the place can count on; of a kind that this version does not know, nothing. */
export function termsAt(target: JournaledTarget): ReaderTerms {
  const kind = kindNamed(target.kind);
  if (kind === undefined) return { settle: 'unknown', proof: 'status' };
  const { settle, proof } = kind;
  return { settle, proof, ...kind.termsAt?.(target) };
}

/** What cannot be done at once at the place; undefined where everything can. */
export function writesTwice(target: JournaledTarget): string | undefined {
  return kindNamed(target.kind)?.writesTwice?.(target);
}

/** What the journal says of a destination. */
export function targetOf({ kind, place, since, form }: DeliveryTarget): DeliveryTarget {
  return {
    ...{ kind, place },
    ...(since !== undefined && { since }),
    ...(form !== undefined && { form }),
  };
}

/**
 * The place that a run finishes a rotation at, when the run's own place and the one that the rotation
 * began with are the same one, in whatever words; undefined when they are two places.
 */
export function jointTarget(
  own: DeliveryTarget,
  begun: JournaledTarget,
): DeliveryTarget | undefined {
  if (own.kind !== begun.kind) return undefined;
  const kind = kindNamed(own.kind);
  const joint =
    kind?.joint === undefined
      ? own.place === begun.place
        ? own
        : undefined
      : kind.joint(own, begun);
  if (joint === undefined || joint.form === begun.form) return joint;
  // It is finished in the form in which it was begun.
  const { form: _, ...plain } = targetOf(joint);
  return begun.form === undefined ? plain : { ...plain, form: begun.form };
}

/**
 * Everything that is written at the place: two places that share one are in each other's way. A kind that
 * this version does not know has its place.
 */
export function thingsAt(target: JournaledTarget): readonly string[] {
  const things = kindNamed(target.kind)?.things?.(target) ?? [target.place];
  return things.map((thing) => `${target.kind} ${thing}`);
}

/** A place that the operator names: as a template of its kind, or as the journal has it. */
export interface NamedPlace {
  readonly kind: string;
  readonly name: string;
}

export function isMeantBy(
  { kind, name }: NamedPlace,
  target: JournaledTarget,
  facts: PlaceFacts,
): boolean {
  if (kind !== target.kind) return false;
  if (name === target.place || expandPlace(name, facts) === target.place) return true;
  const known = kindNamed(kind);
  try {
    const meant = targetFor({ kind, name }, facts);
    const place = known?.completed ? known.completed(meant.place, target) : meant.place;
    if (place === undefined) return false;
    const named = thingsAt({ ...meant, place });
    return named.length > 0 && thingsAt(target).every((thing) => named.includes(thing));
  } catch {
    return false;
  }
}

/** Whether a place of the kind can be made where it is missing. */
export function makesPlaces(kindName: string): boolean {
  return kindNamed(kindName)?.makesPlaces === true;
}

/** Whether the operator's KMS key and tags go with a place of the kind that is made. */
export function takesTags(kindName: string): boolean {
  return kindNamed(kindName)?.takesTags === true;
}

/** Whether a receipt of the kind names the copy that custody keeps: see DestinationKind. */
export function deliversCustody(kindName: string): boolean {
  return kindNamed(kindName)?.deliversCustody === true;
}

/** Whether a place of the kind is reached by the caller of the run alone: a service of AWS, or custody. */
export function staysInAws(kindName: string): boolean {
  return kindNamed(kindName)?.isInAccount === true || keepsNoCopy(kindName);
}

/** Whether nothing but custody keeps a secret that goes to the kind. Of an unknown one nobody can tell. */
export function keepsNoCopy(kindName: string): boolean {
  return deliversCustody(kindName) || printsSecret(kindName);
}

/** Whether a secret that goes to the kind is printed in the report of the run. */
export function printsSecret(kindName: string): boolean {
  return kindNamed(kindName)?.printsSecret === true;
}
