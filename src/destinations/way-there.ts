// What an operator says of the way to a place beside it, in a configuration: `connections:`, `role:`. It becomes
// part of the text that `--deliver` takes, so flag and file have one grammar, and a record has all of it.

import type { OptionForm, OptionForms } from './place-options.ts';

/** By the names of the options, such as `auth-mount`. */
export type WaySettings = ReadonlyMap<string, string>;

export interface WayRule {
  /** What is connected to: the word that a connection says as its `kind`. */
  readonly service: string;
  readonly settings: OptionForms;
  /** The template with the settings. */
  into(template: string, settings: WaySettings): string;
  /** Whether the template says it already. */
  says(template: string, setting: string): boolean;
}

/** Behind `?`, as options are written. */
export function wayByOptions(service: string, settings: OptionForms): WayRule {
  return {
    service,
    settings,
    into: (template, said) => {
      const parts = [...said].map(
        ([name, value]) => `${name}=${optionValue(value, settings[name])}`,
      );
      if (parts.length === 0) return template;
      return `${template}${template.includes('?') ? '&' : '?'}${parts.join('&')}`;
    },
    says: (template, setting) => new RegExp(`[?&]${setting}=`).test(withoutReferences(template)),
  };
}

/** Behind `#`, beside the fields of a pair. */
export function wayByFields(service: string, settings: OptionForms): WayRule {
  return {
    service,
    settings,
    into: (template, said) => {
      const parts = [...said].map(([name, value]) => `${name}=${value}`);
      if (parts.length === 0) return template;
      return `${template}${template.includes('#') ? ',' : '#'}${parts.join()}`;
    },
    says: (template, setting) => new RegExp(`[#,]${setting}=`).test(template),
  };
}

/** Before the place, with a slash. `segments` is how many a place has without it. */
export function wayByPrefix(service: string, setting: string, segments: number): WayRule {
  const levelsOf = (template: string) => (template.split(/[#?]/, 1)[0] ?? '').split('/').length;
  return {
    service,
    settings: { [setting]: 'text' },
    into: (template, said) => {
      const prefix = said.get(setting);
      return prefix === undefined ? template : `${encodedPrefix(prefix)}/${template}`;
    },
    says: (template) => levelsOf(template) > segments,
  };
}

function optionValue(value: string, form: OptionForm | undefined): string {
  if (form === 'reference') return value;
  return encodeURIComponent(value).replaceAll('%2F', '/').replaceAll('%3A', ':');
}

function encodedPrefix(text: string): string {
  return text.replaceAll(/[%#?&,{}\s]/g, (character) => encodeURIComponent(character));
}

/** The same text with blanks in the place of `${…}`, whose words are nobody's options. */
export function withoutReferences(text: string): string {
  return text.replaceAll(/\$\{[^}]*\}/g, (whole) => ' '.repeat(whole.length));
}

/** How the names of two fields are written: `#id=ID,secret=SECRET` or `#ID,SECRET`. */
export type FieldStyle = 'named' | 'ordered';

/** The template with the names of the fields, before its options. */
export function withFieldNames(
  template: string,
  { id, secret }: { readonly id: string; readonly secret: string },
  { style, hasOptions }: { readonly style: FieldStyle; readonly hasOptions: boolean },
): string {
  const start = hasOptions ? template.indexOf('?') : -1;
  const at = start < 0 ? template.length : start;
  const names = style === 'named' ? `id=${id},secret=${secret}` : `${id},${secret}`;
  return `${template.slice(0, at)}#${names}${template.slice(at)}`;
}
