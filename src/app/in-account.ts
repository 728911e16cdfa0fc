// The events of one account among several: each names its account, and those that would tell of the
// whole run become events about the account.

import type { EventSink } from '../base/events.ts';

export function inAccount(emit: EventSink, account: string): EventSink {
  return (event) => {
    switch (event.code) {
      case 'run-started':
        return emit({ code: 'account-started', account, caller: event.caller });
      case 'inventory-done': {
        const { users, keys, due } = event;
        return emit({ code: 'account-read', account, users, keys, due });
      }
      // With several accounts the progress of the run is counted in accounts.
      case 'report-progress':
      case 'inventory-progress':
      case 'user-done':
      case 'places-read':
      case 'places-listed':
        return;
      default:
        return emit({ account, ...event });
    }
  };
}
