// Checkpoints: signed notes as C2SP has them (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), which other tools
// open. A note says of a log its origin, its size and its Merkle root; the key that signs it is kept elsewhere.

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** An Ed25519 signature, in the words of signed-note. */
const ED25519 = 1;
const PREFIX = 'PRIVATE+KEY+';

export interface SigningKey {
  readonly name: string;
  readonly id: Buffer;
  readonly key: KeyObject;
}

export interface VerifyingKey {
  readonly name: string;
  readonly id: Buffer;
  readonly key: KeyObject;
}

export interface KeyTexts {
  /** To be kept where the trail is not. */
  readonly signing: string;
  /** To be given to whoever verifies. */
  readonly verifying: string;
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  /** In base64. */
  readonly root: string;
}

/** Of whose keys a name can be: no spaces and no plus, which end it. */
export function isKeyName(name: string): boolean {
  return name !== '' && !/[\s+]/u.test(name);
}

export function newKeyTexts(name: string): KeyTexts {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = rawPublic(publicKey);
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const id = keyId(name, raw);
  return {
    signing: `${PREFIX}${name}+${id.toString('hex')}+${encoded(seed)}`,
    verifying: verifierText(name, publicKey),
  };
}

/** Undefined for a text that is no signing key. */
export function readSigningKey(text: string): SigningKey | undefined {
  if (!text.startsWith(PREFIX)) return undefined;
  const parts = partsOf(text.slice(PREFIX.length));
  if (parts === undefined) return undefined;
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8, parts.raw]),
    ...{ format: 'der', type: 'pkcs8' },
  });
  const id = keyId(parts.name, rawPublic(createPublicKey(key)));
  return id.equals(parts.id) ? { name: parts.name, id, key } : undefined;
}

/** Undefined for a text that is no verifying key. */
export function readVerifyingKey(text: string): VerifyingKey | undefined {
  const parts = partsOf(text);
  if (parts === undefined || !keyId(parts.name, parts.raw).equals(parts.id)) return undefined;
  const key = createPublicKey({
    key: Buffer.concat([SPKI, parts.raw]),
    ...{ format: 'der', type: 'spki' },
  });
  return { name: parts.name, id: parts.id, key };
}

/** The verifying key that belongs to a signing key. */
export function verifierOf({ name, key }: SigningKey): string {
  return verifierText(name, createPublicKey(key));
}

export function signCheckpoint({ origin, size, root }: Checkpoint, by: SigningKey): string {
  const text = `${origin}\n${size}\n${root}\n`;
  const signature = sign(null, Buffer.from(text), by.key);
  return `${text}\n— ${by.name} ${Buffer.concat([by.id, signature]).toString('base64')}\n`;
}

/** What a note says, and whether the key signed it. Undefined for what is no checkpoint. */
export function openCheckpoint(
  note: string,
  by: VerifyingKey,
): { readonly checkpoint: Checkpoint; readonly isSigned: boolean } | undefined {
  const end = note.lastIndexOf('\n\n');
  if (end < 0) return undefined;
  const text = note.slice(0, end + 1);
  const [origin, digits, root] = text.split('\n');
  if (!origin || !/^(0|[1-9]\d*)$/.test(digits ?? '') || !root) return undefined;
  const size = Number(digits);
  if (!Number.isSafeInteger(size)) return undefined;
  const signatures = note.slice(end + 2).split('\n');
  const isSigned = signatures.some((line) => isSignature(line, text, by));
  return { checkpoint: { origin, size, root }, isSigned };
}

function isSignature(line: string, text: string, { name, id, key }: VerifyingKey): boolean {
  const start = `— ${name} `;
  if (!line.startsWith(start)) return false;
  const bytes = Buffer.from(line.slice(start.length), 'base64');
  if (bytes.length !== 4 + 64 || !bytes.subarray(0, 4).equals(id)) return false;
  return verify(null, Buffer.from(text), key, bytes.subarray(4));
}

/** What stands before the 32 bytes of an Ed25519 key in DER (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

function partsOf(text: string) {
  const [name = '', hex = '', base64 = '', ...more] = splitKey(text);
  const bytes = Buffer.from(base64, 'base64');
  const isWhole = more.length === 0 && /^[0-9a-f]{8}$/.test(hex) && bytes.length === 33;
  if (!isWhole || bytes[0] !== ED25519 || !isKeyName(name)) return undefined;
  return { name, id: Buffer.from(hex, 'hex'), raw: bytes.subarray(1) };
}

/** Base64 may hold a plus too. */
function splitKey(text: string): readonly string[] {
  const [name = '', hex = '', ...rest] = text.trim().split('+');
  return [name, hex, rest.join('+')];
}

function verifierText(name: string, key: KeyObject): string {
  const raw = rawPublic(key);
  return `${name}+${keyId(name, raw).toString('hex')}+${encoded(raw)}`;
}

function encoded(raw: Buffer): string {
  return Buffer.concat([Buffer.from([ED25519]), raw]).toString('base64');
}

function rawPublic(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(-32);
}

function keyId(name: string, raw: Buffer): Buffer {
  const hash = createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.from([ED25519]));
  return hash.update(raw).digest().subarray(0, 4);
}
