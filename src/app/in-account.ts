// The events of one account among several: each says where it happened, and what tells of a whole run
// elsewhere tells of one account here.

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
      // Accounts are what is counted then.
      case 'report-progress':
      case 'inventory-progress':
      case 'user-done':
        return;
      default:
        return emit({ account, ...event });
    }
  };
}
