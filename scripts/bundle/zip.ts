// A zip file of a few files. The same files give the same bytes: no time of today, no owner, one order; so whoever
// compares hashes uploads nothing that has not changed.

import { deflateRawSync } from 'node:zlib';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION_NEEDED = 20;
/** Names are UTF-8. */
const FLAGS = 0x0800;
const DEFLATED = 8;
/** The first day that the format knows, 1980-01-01. */
const DATE = 0x0021;
/** Made on Unix, where files have modes. */
const MADE_BY = 0x0300 | VERSION_NEEDED;
/** A plain file that everybody may read, as Lambda wants it. */
const MODE = 0o100644;

/** By the bytes of an index: Node has a function for it since 20.15 only. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes: Buffer): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (CRC_TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

interface Entry {
  readonly name: Buffer;
  readonly crc: number;
  readonly packed: Buffer;
  readonly size: number;
}

export function zipOf(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const entries = Object.entries(files)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, content]) =>
      entryOf(name, typeof content === 'string' ? Buffer.from(content) : content),
    );
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const head = headOf(entry);
    directory.push(centralOf(entry, offset));
    parts.push(head, entry.packed);
    offset += head.length + entry.packed.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

function entryOf(name: string, bytes: Buffer): Entry {
  const packed = deflateRawSync(bytes, { level: 9 });
  return { name: Buffer.from(name), crc: crc32(bytes), packed, size: bytes.length };
}

/** What both headers have in common, from the needed version on. */
function common({ name, crc, packed, size }: Entry): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION_NEEDED, 0);
  fields.writeUInt16LE(FLAGS, 2);
  fields.writeUInt16LE(DEFLATED, 4);
  fields.writeUInt16LE(DATE, 8);
  fields.writeUInt32LE(crc, 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function headOf(entry: Entry): Buffer {
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(LOCAL, 0);
  return Buffer.concat([signature, common(entry), entry.name]);
}

function centralOf(entry: Entry, offset: number): Buffer {
  const begin = Buffer.alloc(6);
  begin.writeUInt32LE(CENTRAL, 0);
  begin.writeUInt16LE(MADE_BY, 4);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((MODE << 16) >>> 0, 6);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([begin, common(entry), rest, entry.name]);
}
