// A configuration from its bytes: read, judged, and ready to be asked; or what is wrong with it and where.

import { formWord, namedForm } from '../destinations/forms/forms.ts';
import { type ConfigDocument, readDocument } from './document.ts';
import { type ConfigFault, type Found, inOrder, type Path, type Position } from './fault.ts';
import { judge, judgeExemptions } from './judge.ts';
import { type ConfigModel, configModel, type Exemption, exemptionsModel } from './model.ts';
import { formOf } from './place-item.ts';
import { placesIn } from './places-in.ts';
import { judgeShape } from './shape.ts';

/** An exemption, and where it stands. */
export interface PlacedExemption extends Exemption {
  readonly at: Position;
}

export interface Config {
  readonly file: string;
  readonly model: ConfigModel;
  readonly timeZone: string;
  /** What the journal says for a form that is read from a file, by the word in the configuration. */
  readonly forms: ReadonlyMap<string, string>;
  /** Those of the file, then those of the file of exemptions. */
  readonly exemptions: readonly PlacedExemption[];
  /** Where something of the file stands. */
  readonly at: (path: Path) => Position;
}

export interface ConfigReading {
  /** Undefined where there is an error. */
  readonly config: Config | undefined;
  /** Errors and warnings in the order of the files. */
  readonly faults: readonly ConfigFault[];
}

export interface ConfigSource {
  /** As it is told in messages. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface ReadingContext {
  readonly now: Date;
  /** The file of exemptions that the configuration names; throws what is told as it is. */
  readonly load: (path: string) => Promise<ConfigSource | { readonly reason: string }>;
}

export async function readConfig(
  source: ConfigSource,
  context: ReadingContext,
): Promise<ConfigReading> {
  const { now } = context;
  const document = readDocument(source.file, source.bytes);
  const lineOf = (path: Path) => document.at(path).line;
  const { model, faults } = judged(document, configModel);
  if (model === undefined) return { config: undefined, faults };
  const timeZone = model.time_zone ?? 'UTC';
  const own = placed(document, [...judge(model, { now, lineOf }), ...cutOff(model, document)]);
  const other = await otherExemptions(model, { ...context, zone: timeZone, document });
  const templates = await templatesOf(model, { ...context, document });
  const found = [...faults, ...own, ...other.faults, ...templates.faults];
  const all = inOrder(withoutSecrets(found));
  const isWrong = all.some(({ severity }) => severity === 'error');
  if (isWrong) return { config: undefined, faults: all };
  const exemptions = [...exemptionsOf(model.exemptions ?? [], document), ...other.exemptions];
  const { file } = source;
  const at = document.at.bind(document);
  const config = { file, model, timeZone, exemptions, forms: templates.forms, at };
  return { config, faults: all };
}

function judged<Schema extends Parameters<typeof judgeShape>[0]>(
  document: ConfigDocument,
  schema: Schema,
) {
  if (document.value === undefined) return { model: undefined, faults: document.faults };
  const { model, faults } = judgeShape(schema, document);
  const located = withoutSecrets([...document.faults, ...placed(document, faults)]);
  return { model, faults: inOrder(located) };
}

/** Of a line with a secret that alone is told: another message could quote it (I8). */
function withoutSecrets(faults: readonly ConfigFault[]): readonly ConfigFault[] {
  const lines = new Set(
    faults.filter(({ code }) => code === 'secret-in-clear').map(({ line }) => line),
  );
  return faults.filter(({ code, line }) => code === 'secret-in-clear' || !lines.has(line));
}

function placed(document: ConfigDocument, found: readonly Found[]): readonly ConfigFault[] {
  return found.map((each) => document.locate(each));
}

/** The forms that are files: their texts are read once, and judged in their place. */
async function templatesOf(
  model: ConfigModel,
  { load, document }: ReadingContext & { readonly document: ConfigDocument },
): Promise<{
  readonly forms: ReadonlyMap<string, string>;
  readonly faults: readonly ConfigFault[];
}> {
  const forms = new Map<string, string>();
  const faults: ConfigFault[] = [];
  for (const { item, path } of placesIn(model)) {
    const word = formOf(item);
    const named = word === undefined ? undefined : namedForm(word);
    const { argument } = named ?? {};
    if (word === undefined || named?.kind.isFile !== true || !argument) continue;
    const source = forms.has(word) ? undefined : await load(argument);
    if (source === undefined) continue;
    const text = 'reason' in source ? undefined : Buffer.from(source.bytes).toString('utf8');
    const why = 'reason' in source ? source.reason : named.kind.fault(text ?? '');
    forms.set(word, formWord({ ...named, argument: text }));
    if (why === undefined) continue;
    const isBeside = typeof item !== 'string' && item.form !== undefined;
    const at = typeof item === 'string' ? path : [...path, isBeside ? 'form' : 'to'];
    const message = `the template ${JSON.stringify(argument)} cannot be used: ${why}`;
    faults.push(document.locate({ path: at, code: 'unreadable', message }));
  }
  return { forms, faults };
}

/** Places whose fields YAML took for a comment: `- vault=kv/{user} #id,secret`. */
function cutOff(model: ConfigModel, document: ConfigDocument): readonly Found[] {
  return placesIn(model).flatMap(({ item, path }): readonly Found[] => {
    const own: Path = typeof item === 'string' ? path : [...path, 'to'];
    if (!/^ +#[^\s#]+[,=][^\s#]/.test(document.behind(own))) return [];
    const message =
      'the fields after "#" are missing (" #" begins a comment); write no space before it';
    return [{ path: own, code: 'bad-value', message }];
  });
}

function exemptionsOf(
  exemptions: readonly Exemption[],
  document: ConfigDocument,
): readonly PlacedExemption[] {
  return exemptions.map((exemption, index) => ({
    ...exemption,
    at: document.at(['exemptions', index]),
  }));
}

async function otherExemptions(
  { exemptions_file: path, accounts }: ConfigModel,
  {
    now,
    zone,
    load,
    document,
  }: ReadingContext & { readonly zone: string; readonly document: ConfigDocument },
): Promise<{
  readonly exemptions: readonly PlacedExemption[];
  readonly faults: readonly ConfigFault[];
}> {
  if (path === undefined) return { exemptions: [], faults: [] };
  const source = await load(path);
  if ('reason' in source) {
    const message = `${JSON.stringify(path)} cannot be read: ${source.reason}`;
    const fault = document.locate({ path: ['exemptions_file'], code: 'unreadable', message });
    return { exemptions: [], faults: [fault] };
  }
  const organization = accounts?.organization ?? false;
  const other = readDocument(source.file, source.bytes);
  const { model, faults } = judged(other, exemptionsModel);
  if (model === undefined) return { exemptions: [], faults };
  const { exemptions } = model;
  const own = placed(
    other,
    judgeExemptions(exemptions, ['exemptions'], { now, zone, organization }),
  );
  return { exemptions: exemptionsOf(exemptions, other), faults: [...faults, ...own] };
}
