// A location of cloud-key-rotator as a place of keyturn, or why there is none.

import type { DraftValue } from '../draft/draft.ts';
import type { DeliverItem } from '../model.ts';
import { placeFault } from '../place-fault.ts';
import { secretsIn } from '../secrets.ts';
import { booleanAt, type CkrLocation, textAt } from './ckr-model.ts';
import type { ForeignObject } from './read-foreign.ts';

export interface ConvertedPlace {
  /** Undefined where there is no such place here. */
  readonly item: DeliverItem | undefined;
  /** What has to be known about it, for people. */
  readonly notes: readonly string[];
}

/** How the places of a service are reached: by what name, and with which credential of theirs. */
export const CONNECTIONS: Readonly<
  Record<string, { readonly kind: string; readonly variable: string }>
> = {
  github: { kind: 'github', variable: 'CKR_CREDENTIALS_GITHUBAPITOKEN' },
  circleci: { kind: 'circleci', variable: 'CKR_CREDENTIALS_CIRCLECIAPITOKEN' },
};

/** Their names where the file gives none. */
const USUAL_ID = 'AWS_ACCESS_KEY_ID';
const USUAL_SECRET = 'AWS_SECRET_ACCESS_KEY';

export function convertLocation({ type, fields }: CkrLocation): ConvertedPlace {
  switch (type) {
    case 'ssm':
      return judged(awsPlace('ssm', fields), 'SSM');
    case 'secretsmanager':
      return judged(awsPlace('secrets-manager', fields), 'SecretsManager');
    case 'github':
      return judged(githubPlace(fields), 'GitHub');
    case 'circleci':
      return judged(circleProject(fields), 'CircleCI');
    case 'circlecicontext':
      return judged(circleContext(fields), 'CircleCIContext');
    case 'k8s':
      return { item: undefined, notes: [kubernetesNote(fields)] };
    case 'git':
      return { item: undefined, notes: gitNotes(fields) };
    default:
      return { item: undefined, notes: [OTHERS[type] ?? `${type} is no place here`] };
  }
}

const OTHERS: Readonly<Record<string, string>> = {
  atlas: 'Atlas: no place here; a program of yours can write it: command=/PATH/TO/PROGRAM',
  datadoggcpintegration: 'DatadogGCPIntegration takes keys of Google alone, and is dropped',
  gcs: 'GCS: no place here; a program of yours can write it: command=/PATH/TO/PROGRAM',
  gocd: 'Gocd: no place here; a program of yours can write it: command=/PATH/TO/PROGRAM',
};

interface Made {
  readonly item: DeliverItem;
  readonly notes: readonly string[];
}

/** A place that keyturn would not take is not carried over; what it holds is not quoted where it may be a secret. */
function judged({ item, notes }: Made, type: string): ConvertedPlace {
  const text = JSON.stringify(item);
  if (secretsIn(text).length > 0) {
    return {
      item: undefined,
      notes: [`${type}: a name in it looks like a secret, and is not shown`],
    };
  }
  const connection = typeof item === 'string' ? undefined : item.with;
  const known = connection === undefined ? {} : connectionsFor([connection]);
  const fault = placeFault(item, known as never);
  if (fault === undefined) return { item, notes };
  return { item: undefined, notes: [`${type}: ${fault.message}`] };
}

/** The connections of these names, as the file has them. */
export function connectionsFor(names: readonly string[]): Readonly<Record<string, DraftValue>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const found = CONNECTIONS[name];
      return found === undefined
        ? []
        : [[name, { kind: found.kind, token: `\${env:${found.variable}}` }] as const];
    }),
  );
}

function awsPlace(kind: string, fields: ForeignObject): Made {
  const secret = textAt(fields, 'keyparamname') ?? USUAL_SECRET;
  const region = textAt(fields, 'region');
  const isFile = booleanAt(fields, 'converttofile');
  const isJson = textAt(fields, 'filetype')?.toLowerCase() === 'json';
  const id = textAt(fields, 'keyidparamname') ?? USUAL_ID;
  const to = isFile ? `${kind}=${secret}` : `${kind}=${id},${secret}`;
  const keys = {
    ...(isFile && !isJson && { form: 'aws-credentials-ini' }),
    ...(region !== undefined && { region }),
  };
  const item = Object.keys(keys).length === 0 ? to : { to, ...keys };
  const notes = isFile
    ? []
    : ['Two values, which no write reaches at once: one object with both has no such moment'];
  return { item, notes };
}

function githubPlace(fields: ForeignObject): Made {
  const [owner, repo] = [textAt(fields, 'owner') ?? '', textAt(fields, 'repo') ?? ''];
  const environment = textAt(fields, 'env');
  const where = `${owner}/${repo}${environment === undefined ? '' : `:${environment}`}`;
  return { item: { to: `github=${where}${namesOf(fields)}`, with: 'github' }, notes: [] };
}

function circleProject(fields: ForeignObject): Made {
  const project = textAt(fields, 'usernameproject') ?? '';
  const to = `circleci=gh/${project}${namesOf(fields)}`;
  return {
    item: { to, with: 'circleci' },
    notes: [
      'gh/ is taken for granted: cloud-key-rotator does not say whether the project is of GitHub or of Bitbucket (bb/)',
    ],
  };
}

function circleContext(fields: ForeignObject): Made {
  const context = textAt(fields, 'contextid') ?? '';
  return {
    item: { to: `circleci-context=${context}${namesOf(fields)}`, with: 'circleci' },
    notes: [],
  };
}

/** Behind `#`, where they are not the usual two. */
function namesOf(fields: ForeignObject): string {
  const id = textAt(fields, 'keyidenvvar') ?? USUAL_ID;
  const secret = textAt(fields, 'keyenvvar') ?? USUAL_SECRET;
  return id === USUAL_ID && secret === USUAL_SECRET ? '' : `#${id},${secret}`;
}

function kubernetesNote(fields: ForeignObject): string {
  const [namespace, name] = [textAt(fields, 'namespace'), textAt(fields, 'secretname')];
  const where = [namespace, name].every((each) => each !== undefined && /^[a-z\d.-]+$/.test(each))
    ? `${namespace}/${name}`
    : 'NAMESPACE/SECRET';
  return `K8s: cloud-key-rotator writes no key ID, so the fields are yours to say: kubernetes=${where}#ID_FIELD,SECRET_FIELD`;
}

function gitNotes(fields: ForeignObject): readonly string[] {
  const verifies = booleanAt(fields, 'verifycirclecisuccess');
  return [
    'Git: no place here: a secret is not committed; a program of yours can do it: command=/PATH/TO/PROGRAM',
    ...(verifies
      ? ['VerifyCircleCISuccess: a hook before_retire can ask whether the deployment went well']
      : []),
  ];
}
