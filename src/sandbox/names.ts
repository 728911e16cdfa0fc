// Names such as accounts have: services, pipelines, people, jobs.

import type { SeededRandom } from './random.ts';

const SYSTEMS = words(`
  billing catalog checkout crm exports fraud invoices ledger mailer media metrics
  orders payments pricing refunds reports search shipping stock tax telemetry tickets
  uploads webhooks
`);
const PIPELINES = words('artifacts deploy images infra mobile nightly release site');
const JOBS = words('archive backup cleanup etl mirror restore snapshot sync');
const FIRST_NAMES = words(`
  ada alan barbara claude donald edsger frances grace hedy jean john katherine ken
  leslie lynn margaret niklaus radia shafi tim
`);
const LAST_NAMES = words(`
  adams bauer costa dubois eriksen fischer garcia haddad ito jansen kowalski lopez
  moreau novak okafor patel rossi silva tanaka weber
`);
const STAGES = words('prod staging dev eu us apac');

export interface NamedUser {
  readonly name: string;
  readonly path: string;
}

type Maker = (random: SeededRandom) => NamedUser;

const MAKERS: readonly Maker[] = [
  (random) => ({
    name: `svc-${random.pick(SYSTEMS)}${suffix(random)}`,
    path: random.pick(['/', '/service/', '/service/']),
  }),
  (random) => ({ name: `svc-${random.pick(SYSTEMS)}`, path: '/' }),
  (random) => ({ name: `ci-${random.pick(PIPELINES)}${suffix(random)}`, path: '/ci/' }),
  (random) => ({ name: `${random.pick(JOBS)}-${random.pick(SYSTEMS)}`, path: '/jobs/' }),
  (random) => ({
    name: `${random.pick(FIRST_NAMES)}.${random.pick(LAST_NAMES)}`,
    path: random.pick(['/', '/people/', '/people/data/', '/people/platform/']),
  }),
];

/** The name of an account in an organization, and an address that no other account has. */
export function newAccountName(
  random: SeededRandom,
  number: number,
): { readonly name: string; readonly email: string } {
  const name = `${random.pick(SYSTEMS)}-${random.pick(STAGES)}`;
  return { name, email: `aws+${name}-${number}@example.com` };
}

/** A name that is not in `taken` (lower-case names), which it is added to. */
export function newUserName(random: SeededRandom, taken: Set<string>): NamedUser {
  const made = random.pick(MAKERS)(random);
  let name = made.name;
  for (let count = 2; taken.has(name.toLowerCase()); count += 1) name = `${made.name}-${count}`;
  taken.add(name.toLowerCase());
  return { name, path: made.path };
}

function suffix(random: SeededRandom): string {
  return random.below(2) === 0 ? '' : `-${random.pick(STAGES)}`;
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
