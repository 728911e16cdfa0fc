// How a page for people is laid out on a stream.

import type { TextStyle } from '../../reports/page.ts';
import type { Host } from '../host.ts';
import type { Sink } from './sink.ts';

/** What a program reads keeps its lines whole. */
export function styleOf(sink: Sink, { env }: Pick<Host, 'env'>): TextStyle {
  const width = sink.isTerminal ? sink.width : Number.POSITIVE_INFINITY;
  return { colour: sink.hasColours(env), width };
}
