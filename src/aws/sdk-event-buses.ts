// Amazon EventBridge over the SDK. Only open-messengers.ts imports this file, when something goes to a bus.

import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import type { BusEvent, EventBuses } from '../base/aws-messengers.ts';
import { KeyturnError } from '../base/errors.ts';
import { readOptions, type ServiceSetup, serviceConfig, serviceFailure } from './service-client.ts';

/** Of one call. */
const ENTRIES_MAX = 10;
const SOURCE = 'keyturn';
/** What a service refuses for now, and takes when it is asked again. */
const PASSING = /^(?:ThrottlingException|InternalFailure|InternalException)$/;
const TRIES_MAX = 4;
const PAUSE_MS = 500;

export function openEventBuses(setup: ServiceSetup): EventBuses {
  const client = new EventBridgeClient(serviceConfig(setup));
  const { clock } = setup.settings.patience;
  /** Resolves with those that were not taken, and why. */
  const put = async (entries: readonly PutEventsRequestEntry[]) => {
    try {
      const command = new PutEventsCommand({ Entries: [...entries] });
      const { Entries: answers = [] } = await client.send(command, readOptions(setup));
      return entries.flatMap((entry, index) => {
        const { ErrorCode: code, ErrorMessage: message = '' } = answers[index] ?? {};
        return code === undefined ? [] : [{ entry, code, message }];
      });
    } catch (thrown) {
      throw serviceFailure(thrown, 'events:PutEvents', setup);
    }
  };
  return {
    put: async (bus, events) => {
      const entries = events.map((event) => entryOf(bus, event));
      for (let from = 0; from < entries.length; from += ENTRIES_MAX) {
        let left = entries.slice(from, from + ENTRIES_MAX);
        for (let tries = 1; left.length > 0; tries += 1) {
          const refused = await put(left);
          const [first] = refused;
          if (first === undefined) break;
          const isHopeless = refused.some(({ code }) => !PASSING.test(code));
          if (isHopeless || tries === TRIES_MAX) throw notTaken(bus, refused.length, first);
          left = refused.map(({ entry }) => entry);
          await clock.sleep(PAUSE_MS * 2 ** tries, setup.signal);
        }
      }
    },
  };
}

function entryOf(bus: string, { detailType, time, detail }: BusEvent): PutEventsRequestEntry {
  return {
    ...{ EventBusName: bus, Source: SOURCE, DetailType: detailType, Time: time },
    Detail: JSON.stringify(detail),
  };
}

/** An answer of 200 may hold refusals. */
function notTaken(
  bus: string,
  count: number,
  { code, message }: { readonly code: string; readonly message: string },
): KeyturnError {
  const words = `${code}${message === '' ? '' : `, ${message.replaceAll(/\s+/g, ' ')}`}`;
  return new KeyturnError(
    'notification-failed',
    `event bus ${bus} did not take ${count} of the events: ${words}`,
    { hint: 'check that the bus exists, and that the caller may do events:PutEvents there' },
  );
}
