// Services of AWS that no run of the simulation comes to: whoever asks them is told of a failure.

import type { ParameterStore, ThingMaker } from '../../src/base/aws-stores.ts';
import { KeyturnError } from '../../src/base/errors.ts';

const unasked = (operation: string) => () =>
  Promise.reject(new KeyturnError('aws-error', `${operation}: nobody answers in the simulation`));

/** No run of the simulation makes places. */
export const makesNothing: ThingMaker = {
  isThere: unasked('DescribeSecret'),
  make: unasked('CreateSecret'),
};

/** No destination of the simulation keeps parameters. */
export const noParameters: ParameterStore = {
  read: unasked('GetParameter'),
  write: unasked('PutParameter'),
  history: unasked('GetParameterHistory'),
  room: unasked('GetParameterHistory'),
};
