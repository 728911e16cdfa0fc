// Why GitHub would not take a pair, as far as it tells by reads (I14), and what can be done about it.

import { NO_SUCH_THING } from '../../base/aws-stores.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { bySetting, CREATE_MISSING, deliveringTo } from '../../base/settings-words.ts';
import { HttpFailure } from '../../http/failure.ts';
import type { Shared } from './api.ts';
import { type GithubPlace, placeOfGithub, type Store } from './place.ts';

/** For messages: `the secrets of acme/app:production`. */
export function wordsFor(at: GithubPlace, { service }: Store): string {
  const of =
    service === 'actions' ? '' : `${service === 'dependabot' ? 'Dependabot' : 'Codespaces'} `;
  return `the ${of}secrets of ${ownerOf(at)} on GitHub`;
}

function ownerOf({ owner, repo, environment }: GithubPlace): string {
  if (repo === undefined) return owner;
  return environment === undefined ? `${owner}/${repo}` : `${owner}/${repo}:${environment}`;
}

/** GitHub hides what a token may not see behind 404. */
export function unseen(at: GithubPlace, store: Store): KeyturnError {
  return new KeyturnError(
    'not-deliverable',
    `${wordsFor(at, store)} do not exist, or the token may not see them`,
    {
      hint: [
        `check the name; the token needs ${permissionsFor(at, store)}; this shows what it sees:`,
        listing(at, store),
      ],
    },
  );
}

/** A secret that is not there is read by nobody, or has another name, or is the organization's. */
export function missing(
  name: string,
  at: GithubPlace,
  { store, isShared }: { readonly store: Store; readonly isShared: boolean },
): KeyturnError {
  const { owner, pair, options } = at;
  const message = `${name} is not among ${wordsFor(at, store)}`;
  if (isShared) {
    return new KeyturnError(
      'not-deliverable',
      `${message}; its workflows read the one of the organization ${owner}`,
      {
        hint: [
          'deliver to that one:',
          deliveringTo(`github-org=${placeOfGithub({ owner, pair, options })}`),
        ],
      },
    );
  }
  return new KeyturnError('not-deliverable', message, {
    cause: NO_SUCH_THING,
    hint: [
      bySetting(
        CREATE_MISSING,
        (how) =>
          `check the name, or have it made with ${how}; by hand, with a placeholder that your workflows do not take for a key:`,
      ),
      making(name, at, store),
    ],
  });
}

/** Of what is to be made in an environment. */
export function hidesRepository(
  { kind, name }: Shared,
  at: GithubPlace,
  store: Store,
): KeyturnError {
  const { owner, repo = '', pair, options } = at;
  return new KeyturnError(
    'not-deliverable',
    `${name} is not among ${wordsFor(at, store)}, and would hide the ${kind} of ${owner}/${repo} from its jobs`,
    {
      hint: [
        'deliver to that one, or make it by hand where it is to differ:',
        deliveringTo(`github=${placeOfGithub({ owner, repo, pair, options })}`),
      ],
    },
  );
}

export function missingVariable(name: string, at: GithubPlace, store: Store): KeyturnError {
  const flags = scopeFlags(at, store, { withApp: false });
  return new KeyturnError(
    'not-deliverable',
    `${name} is not among the variables of ${ownerOf(at)} on GitHub`,
    {
      cause: NO_SUCH_THING,
      hint: [
        bySetting(CREATE_MISSING, (how) => `check the name, or have it made with ${how}; by hand:`),
        command('gh', 'variable', 'set', name, ...flags, '--body', 'none'),
      ],
    },
  );
}

export function archived(at: GithubPlace): KeyturnError {
  return new KeyturnError(
    'not-deliverable',
    `${at.owner}/${at.repo} on GitHub is archived, and takes no secret`,
    {
      hint: 'its workflows do not run: leave the place out, or take the repository out of the archive',
    },
  );
}

/** Of a classic token, whose scopes GitHub tells with each answer; undefined where it may write. */
export function scopeMissing(
  scopes: string | undefined,
  at: GithubPlace,
  store: Store,
): KeyturnError | undefined {
  // Fine-grained tokens and Apps have none, and are told in no header.
  if (scopes === undefined || scopes.trim() === '') return undefined;
  const has = scopes.split(',').map((scope) => scope.trim());
  const needed = neededScopes(at, store);
  if (needed.some((scope) => has.includes(scope))) return undefined;
  return new KeyturnError(
    'not-deliverable',
    `the token may not write ${wordsFor(at, store)}: it has the scopes ${has.join(', ')}`,
    { hint: `give it ${needed[0]}, or use a fine-grained token with ${permissionsFor(at, store)}` },
  );
}

function neededScopes({ repo }: GithubPlace, { service }: Store): readonly string[] {
  if (repo === undefined) return ['admin:org'];
  return service === 'codespaces' ? ['repo', 'codespace'] : ['repo'];
}

/** What a fine-grained token or an App needs, in the words of GitHub's settings. */
export function permissionsFor(
  { repo, environment, pair }: GithubPlace,
  { service }: Store,
): string {
  const noun = {
    actions: 'Secrets',
    dependabot: 'Dependabot secrets',
    codespaces: 'Codespaces secrets',
  }[service];
  const scoped =
    repo === undefined && service !== 'actions' ? `Organization ${noun.toLowerCase()}` : noun;
  const all = [
    environment === undefined ? scoped : 'Environments',
    ...(pair.form === 'variable' ? [environment === undefined ? 'Variables' : []].flat() : []),
  ];
  return `the ${repo === undefined ? 'organization' : 'repository'} permission ${all.map((each) => `"${each}: read and write"`).join(' and ')}`;
}

/** The failure with what GitHub says that the call wants, or with what we know of it. */
export function withPermissions(thrown: unknown, at: GithubPlace, store: Store): unknown {
  if (!(thrown instanceof HttpFailure)) return thrown;
  if (thrown.status === 401) {
    return thrown.withHint(
      'the token is wrong, has expired or was revoked: make a new one, and put it where GITHUB_TOKEN is set',
    );
  }
  if (thrown.status !== 403 || thrown.notBefore !== undefined) return thrown;
  const told = thrown.header('x-accepted-github-permissions');
  const accepted = told === undefined ? '' : ` (GitHub names ${told})`;
  return thrown.withHint(
    `the token needs ${permissionsFor(at, store)}${accepted}; an organization may also have to approve a fine-grained token, or want single sign-on for a classic one`,
  );
}

function making(name: string, at: GithubPlace, store: Store) {
  return command(
    'gh',
    'secret',
    'set',
    name,
    ...scopeFlags(at, store, { withApp: true }),
    '--body',
    'none',
  );
}

function listing(at: GithubPlace, store: Store) {
  return command('gh', 'secret', 'list', ...scopeFlags(at, store, { withApp: true }));
}

/** As gh takes it, with the host of a GitHub Enterprise Server before it. */
function repositoryFlag({ owner, repo, options }: GithubPlace): string {
  const address = options.get('address') ?? '';
  const [, host] = /^https?:\/\/([^/]+)\/api\/v3$/.exec(address) ?? [];
  return host === undefined ? `${owner}/${repo}` : `${host}/${owner}/${repo}`;
}

function scopeFlags(
  at: GithubPlace,
  { service }: Store,
  { withApp }: { readonly withApp: boolean },
): string[] {
  const { owner, repo, environment } = at;
  return [
    ...(repo === undefined ? ['--org', owner] : ['--repo', repositoryFlag(at)]),
    ...(environment === undefined ? [] : ['--env', environment]),
    ...(withApp && service !== 'actions' ? ['--app', service] : []),
  ];
}
