// A configuration before it is text: what is written, in which order, and the words beside it. Drafted from an
// account's inventory or from the configuration of another tool; one shape, and one writer (write-draft.ts).

/** A value as a flow collection takes it. */
export type DraftValue =
  | string
  | number
  | boolean
  | readonly DraftValue[]
  | { readonly [key: string]: DraftValue };

/** `key: value`, with a remark behind it. */
export interface DraftLine {
  readonly key: string;
  readonly value: DraftValue;
  readonly remark?: string | undefined;
}

/** An item of a list: its remarks stand above it. */
export interface DraftItem {
  readonly remarks: readonly string[];
  readonly lines: readonly DraftLine[];
}

export type DraftBody =
  | { readonly kind: 'value'; readonly value: DraftValue }
  | { readonly kind: 'lines'; readonly lines: readonly DraftLine[] }
  | { readonly kind: 'items'; readonly items: readonly DraftItem[] };

/** A key at the top of the file. */
export interface DraftSection {
  readonly remarks: readonly string[];
  readonly key: string;
  readonly body: DraftBody;
}

export interface Draft {
  /** The first remarks of the file. */
  readonly head: readonly string[];
  readonly sections: readonly DraftSection[];
  /** What follows everything. */
  readonly foot: readonly string[];
}

export function valueSection(
  key: string,
  value: DraftValue,
  remarks: readonly string[] = [],
): DraftSection {
  return { key, remarks, body: { kind: 'value', value } };
}

export function linesSection(
  key: string,
  lines: readonly DraftLine[],
  remarks: readonly string[] = [],
): DraftSection {
  return { key, remarks, body: { kind: 'lines', lines } };
}

export function itemsSection(
  key: string,
  items: readonly DraftItem[],
  remarks: readonly string[] = [],
): DraftSection {
  return { key, remarks, body: { kind: 'items', items } };
}
