// The two documented steps: which profile signs, and whose key is rotated.

import type { ProfileLine } from '../../app/keyctl/types.ts';
import { isAccessKeyId } from '../../base/access-key-id.ts';
import { wholeDaysBetween } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { KeyDetails } from '../../lifecycle/keys.ts';
import { quoted } from '../flags/argv.ts';
import type { ChooseRequest, ProfileChoice } from '../terminal/asker.ts';
import type { KeyctlOrder, Pair } from './options.ts';
import type { StepContext } from './step-context.ts';

/** Throws `no-profile` when the files hold none to choose, and `cancelled` when the person leaves. */
export async function chooseProfiles(
  run: StepContext,
  { preselected }: Pick<Extract<KeyctlOrder, { kind: 'choose' }>, 'preselected'>,
): Promise<Pair> {
  const { ask, parts, options, context } = run;
  if (ask === undefined) throw nothingToChoose('there is no terminal to ask in');
  const found = await parts.listProfiles({ credentialsFile: options.credentialsFile }, context);
  const names = new Set(found.profiles.map(({ name }) => name));
  const targets = found.profiles.filter(
    ({ name, rotatable }) => rotatable && !isPreviousPair(name, names),
  );
  if (targets.length === 0) {
    throw nothingToChoose(`no profile of ${found.credentialsPath} holds a key to rotate`);
  }
  const { profile, profileVariable } = preselected;
  const initial = profile !== undefined && names.has(profile) ? profile : undefined;
  const authProfile = await ask.choose({
    title: 'Step 1 of 2: the profile that signs the calls to AWS',
    subtitle:
      initial !== undefined
        ? `${profileVariable} names ${initial}. It needs the right to manage the key.`
        : profile === undefined
          ? 'Your own, or an administrator’s. It needs the right to manage the key.'
          : `${profileVariable} names ${quoted(profile)}, which is in neither file. It needs the right to manage the key.`,
    initial,
    answered: (name) => `Signing with ${name}`,
    choices: found.profiles.map(choiceOf),
    whileChoosing: () => {},
  });
  const targetProfile = await ask.choose({
    title: 'Step 2 of 2: the profile whose key is rotated',
    subtitle: 'It gets a new key. The old one is kept, and stays Active.',
    answered: (name) => `Rotating the key of ${name}`,
    choices: withFirst(targets, authProfile).map(choiceOf),
    whileChoosing: lookAtKeys(run, authProfile, targets),
  });
  return { authProfile, targetProfile };
}

/** Whether the profile keeps the pair that a rotation replaced: it is rotated only when -t names it. */
function isPreviousPair(name: string, names: ReadonlySet<string>): boolean {
  return name.endsWith('-previous') && names.has(name.slice(0, -'-previous'.length));
}

/** Puts the profile that signs first: most people rotate their own key. */
function withFirst(profiles: readonly ProfileLine[], name: string): readonly ProfileLine[] {
  const first = profiles.filter((profile) => profile.name === name);
  return [...first, ...profiles.filter((profile) => profile.name !== name)];
}

function choiceOf({ name, keyId, kind }: ProfileLine): ProfileChoice {
  return { name, detail: keyId ?? kind };
}

/** Reads age and last use of the keys with the chosen profile, while the person still looks at the list. */
function lookAtKeys(
  run: StepContext,
  authProfile: string,
  targets: readonly ProfileLine[],
): ChooseRequest['whileChoosing'] {
  return (tell, end) => {
    const { parts, context, options } = run;
    const { credentialsFile, region } = options.session();
    const keyIds = targets.flatMap(({ keyId = '' }) => (isAccessKeyId(keyId) ? [keyId] : []));
    const signal = AbortSignal.any([context.signal, end]);
    const now = context.clock.now();
    void parts.peekAtKeys(
      { authProfile, credentialsFile, region },
      [...new Set(keyIds)],
      { ...context, signal, emit: () => {} },
      (key) => {
        for (const { name, keyId } of targets) if (keyId === key.id) tell(name, describe(key, now));
      },
    );
  };
}

function describe(key: KeyDetails, now: Date): string {
  const age = wholeDaysBetween(key.createdAt, now);
  const status = key.status === 'Active' ? '' : `, ${key.status}`;
  return `${key.id}  ${age} d old, ${useText(key.lastUse, now)}${status}`;
}

function useText(lastUse: KeyDetails['lastUse'], now: Date): string {
  if (lastUse === 'unreadable') return 'last use unknown';
  if (lastUse.used === 'never') return 'never used';
  const ago = wholeDaysBetween(lastUse.at, now);
  return ago <= 0 ? 'used today' : `used ${ago} d ago`;
}

function nothingToChoose(message: string): KeyturnError {
  return new KeyturnError('no-profile', message, {
    hint: 'keyctl -l lists the profiles, and says why each can or cannot be rotated',
  });
}
