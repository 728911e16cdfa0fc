// What each form writes, and what it makes of a text that it has written.

import { sesPassword } from '../ses-passwords.ts';
import type { Form, FormFacts } from './form.ts';
import { formLabel, namedForm } from './forms.ts';
import { filled, partsOfFilled } from './text-form.ts';

/** A form without its encoding. */
type Plain = Omit<Form, 'word' | 'label' | 'isWhole'>;

/** 33 bytes of which the first is the version. */
const SES_PASSWORD = /^B[A-Za-z\d+/]{43}$/;

const OPENERS: Readonly<Record<string, (argument: string, facts: FormFacts) => Plain>> = {
  'ses-smtp': (region) => ({
    fieldNames: SMTP_FIELDS,
    write: ({ secret }) => sesPassword(secret.reveal(), region),
    // An HMAC cannot be turned back.
    partsIn: (text) => (SES_PASSWORD.test(text.trim()) ? {} : undefined),
  }),
  base64: () => ({
    write: ({ secret }) => encoded(secret.reveal()),
    partsIn: (text) => {
      const secret = decoded(text);
      return secret === undefined ? undefined : { secret };
    },
  }),
  'aws-credentials-ini': (profile, facts) => textForm(credentialsFile(profile), facts),
  'json-template': textForm,
};

/** The names of fields that mail programs and their operators use, in pairs. */
const SMTP_FIELDS = [
  ['smtp_username', 'smtp_password'],
  ['username', 'password'],
  ['SMTP_USERNAME', 'SMTP_PASSWORD'],
  ['SmtpUsername', 'SmtpPassword'],
  ['smtpUsername', 'smtpPassword'],
] as const;

function credentialsFile(profile: string): string {
  const lines = [
    `[${profile}]`,
    'aws_access_key_id = {access_key_id}',
    'aws_secret_access_key = {secret_access_key}',
  ];
  return `${lines.join('\n')}\n`;
}

function textForm(template: string, facts: FormFacts): Plain {
  return {
    write: (pair) => filled(template, pair, facts),
    partsIn: (text) => partsOfFilled(text, template, facts),
  };
}

/** Undefined for a word that this version does not know. */
export function openForm(word: string, facts: FormFacts): Form | undefined {
  const named = namedForm(word);
  const open = named && OPENERS[named.kind.name];
  if (named === undefined || open === undefined) return undefined;
  const argument = decodeURIComponent(named.argument ?? '');
  if (named.kind.fault(argument) !== undefined) return undefined;
  const plain = open(argument, facts);
  const form = named.isEncoded ? inBase64(plain) : plain;
  const { isWhole } = named.kind;
  return { word, label: formLabel(word), isWhole, ...form };
}

function inBase64(form: Plain): Plain {
  return {
    ...form,
    write: (pair) => encoded(form.write(pair)),
    partsIn: (text) => {
      const inner = decoded(text);
      return inner === undefined ? undefined : form.partsIn(inner);
    },
  };
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decoded(text: string): string | undefined {
  const word = text.trim();
  const inner = Buffer.from(word, 'base64').toString();
  return word !== '' && encoded(inner) === word ? inner : undefined;
}
