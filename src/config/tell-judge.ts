// What is wrong in `metrics:` and `notify:`: each by itself, and what would promise something that does not happen.

import { isLoopback } from '../base/loopback.ts';
import { isMetadataHost } from '../base/metadata-host.ts';
import { credentialReference } from '../destinations/place-credentials.ts';
import type { Found, Path } from './fault.ts';
import { programFault } from './hooks-judge.ts';
import type { ConfigModel } from './model.ts';
import type { ChannelModel, NotifyModel } from './tell-model.ts';

export const CHANNEL_KINDS = [
  'slack',
  'teams',
  'webhook',
  'smtp',
  'sns',
  'eventbridge',
  'run',
] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

export function judgeTelling({ metrics, notify }: ConfigModel): readonly Found[] {
  return [...judgeMetrics(metrics), ...(notify === undefined ? [] : judgeNotify(notify))];
}

const bad = (path: Path, message: string): Found => ({ path, code: 'bad-value', message });
const missing = (path: Path, message: string): Found => ({ path, code: 'missing-key', message });
const clash = (path: Path, message: string): Found => ({
  path,
  isKey: true,
  code: 'conflict',
  message,
});

function judgeMetrics(metrics: ConfigModel['metrics']): readonly Found[] {
  if (metrics === undefined) return [];
  const path: Path = ['metrics'];
  const { file, otlp } = metrics;
  if (file === undefined && otlp === undefined) {
    return [missing(path, 'these metrics go nowhere: it takes file, otlp or both')];
  }
  const found: Found[] = [];
  if (file !== undefined && !file.endsWith('.prom')) {
    const message = 'the collector reads files whose names end in .prom alone; let this one end so';
    found.push(bad([...path, 'file'], message));
  }
  if (typeof otlp !== 'object') return found;
  const { endpoint, headers = {} } = otlp;
  if (endpoint !== undefined) found.push(...judgeUrl(endpoint, [...path, 'otlp', 'endpoint']));
  for (const [name, value] of Object.entries(headers)) {
    found.push(...judgeReference(value, [...path, 'otlp', 'headers', name]));
  }
  return found;
}

function judgeNotify({ channels, owners }: NotifyModel): readonly Found[] {
  const found = channels.flatMap((channel, index) => {
    const path: Path = ['notify', 'channels', index];
    const first = channels.findIndex(({ name }) => name === channel.name);
    if (first < index) {
      const message = `"${channel.name}" is the name of another channel; each has its own`;
      return [bad([...path, 'name'], message)];
    }
    return judgeChannel(channel, path);
  });
  const toOwners = channels.findIndex(({ to_owners: is }) => is === true);
  const path: Path = ['notify', 'owners'];
  if (owners !== undefined && toOwners < 0) {
    const message =
      'no channel writes to owners; write "to_owners: true" beside an smtp channel, or remove this';
    return [...found, clash(path, message)];
  }
  if (toOwners >= 0 && owners?.domains === undefined && owners?.addresses === undefined) {
    const message =
      'whoever may tag a user could have mail sent to anybody: say under "owners:" which "domains:" are yours, or which "addresses:" stand for which names';
    return [...found, clash(['notify', 'channels', toOwners, 'to_owners'], message)];
  }
  return found;
}

/** Which keys go with which kind, beside the kind itself, the name and the occasions. */
const GOES_WITH: Readonly<Record<ChannelKind, readonly (keyof ChannelModel)[]>> = {
  slack: [],
  teams: [],
  webhook: ['secret'],
  smtp: ['user', 'password', 'from', 'to', 'to_owners'],
  sns: ['region'],
  eventbridge: ['region'],
  run: [],
};

/** The kind of a channel; undefined for one that has none. */
export function kindOf(channel: ChannelModel): ChannelKind | undefined {
  return CHANNEL_KINDS.find((kind) => channel[kind] !== undefined);
}

function judgeChannel(channel: ChannelModel, path: Path): readonly Found[] {
  const [kind, second] = CHANNEL_KINDS.filter((each) => channel[each] !== undefined);
  if (kind === undefined) {
    return [missing(path, `this channel leads nowhere: it takes ${CHANNEL_KINDS.join(', ')}`)];
  }
  if (second !== undefined) {
    const message = `"${second}" and "${kind}" are two channels; each is an item of its own`;
    return [clash([...path, second], message)];
  }
  const known: readonly string[] = ['name', 'on', kind, ...GOES_WITH[kind]];
  const stray = Object.keys(channel).find((key) => !known.includes(key));
  if (stray !== undefined) {
    return [clash([...path, stray], `"${stray}" does not go with "${kind}"`)];
  }
  return JUDGES[kind](channel, path);
}

const JUDGES: Readonly<
  Record<ChannelKind, (channel: ChannelModel, path: Path) => readonly Found[]>
> = {
  slack: ({ slack = '' }, path) => judgeReference(slack, [...path, 'slack']),
  teams: ({ teams = '' }, path) => judgeReference(teams, [...path, 'teams']),
  webhook: ({ webhook = '', secret }, path) => [
    ...(credentialReference(webhook) === undefined ? judgeUrl(webhook, [...path, 'webhook']) : []),
    ...(secret === undefined ? [] : judgeReference(secret, [...path, 'secret'])),
  ],
  smtp: judgeSmtp,
  sns: ({ sns = '', region }, path) => {
    if (!/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(?:\.fifo)?$/.test(sns)) {
      return [bad([...path, 'sns'], `"sns" takes the ARN of a topic, not ${JSON.stringify(sns)}`)];
    }
    return region === undefined
      ? []
      : [clash([...path, 'region'], 'the ARN of the topic says its region')];
  },
  eventbridge: ({ eventbridge = '' }, path) =>
    /^(?:arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/)?[\w./-]{1,256}$/.test(eventbridge)
      ? []
      : [bad([...path, 'eventbridge'], '"eventbridge" takes the name or the ARN of an event bus')],
  run: ({ run = [] }, path) =>
    run.flatMap((text, index) => {
      const fault = programFault(text, index);
      return fault === undefined ? [] : [bad([...path, 'run', index], fault)];
    }),
};

function judgeSmtp(channel: ChannelModel, path: Path): readonly Found[] {
  const { smtp = '', user, password, from, to, to_owners: toOwners } = channel;
  const own: Path = [...path, 'smtp'];
  const url = URL.canParse(smtp) ? new URL(smtp) : undefined;
  if (url === undefined || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    const message =
      'this is no address of a mail server; write one such as smtp://mail.example.com:587';
    return [bad(own, message)];
  }
  if (url.username !== '' || url.password !== '') {
    const message =
      'a user or a password in an address is refused; "user:" and "password:" name both';
    return [{ path: own, code: 'secret-in-clear', message }];
  }
  const found: Found[] = [];
  if (from === undefined) found.push(missing(path, '"from" is missing; it takes a mail address'));
  if (to === undefined) {
    const why = toOwners === true ? ': what has no owner goes there' : '';
    found.push(missing(path, `"to" is missing; it takes a list of mail addresses${why}`));
  }
  if ((user === undefined) !== (password === undefined)) {
    const message = '"user" and "password" go together';
    found.push(clash([...path, user === undefined ? 'password' : 'user'], message));
  }
  if (password !== undefined) found.push(...judgeReference(password, [...path, 'password']));
  if (isMetadataHost(url.hostname)) found.push(bad(own, 'no mail server is at such an address'));
  return found;
}

function judgeReference(text: string, path: Path): readonly Found[] {
  if (credentialReference(text) !== undefined) return [];
  const message =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written in the file
    'a secret in clear is refused; write ${env:NAME}, ${file:/PATH} or ${command:PROGRAM ARG}';
  return [{ path, code: 'secret-in-clear', message }];
}

function judgeUrl(text: string, path: Path): readonly Found[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return [bad(path, 'this is no https URL; write one such as https://hooks.example.com/keys')];
  }
  if (url.username !== '' || url.password !== '') {
    const message = 'a user or a password in a URL is refused; name the whole URL by its place';
    return [{ path, code: 'secret-in-clear', message }];
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return [
      bad(path, 'over http to another machine anybody on the way could read it; write https'),
    ];
  }
  if (isMetadataHost(url.hostname))
    return [bad(path, 'nobody is told anything at such an address')];
  return url.hash === '' ? [] : [bad(path, 'what stands behind # is not sent; take it out')];
}

/** Whether programs are run for what is told: a channel, or the source of a credential. */
export function tellsByPrograms({ metrics, notify }: ConfigModel): boolean {
  const isRun = notify?.channels.some(({ run }) => run !== undefined) === true;
  return isRun || JSON.stringify([metrics, notify]).includes('${command:');
}
