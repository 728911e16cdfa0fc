// "Did you mean" for words of a command line; the measure is shared with other rooms.

export { closest, nearest } from '../../base/closest.ts';
