// Where notifications go, as the rest of the room sees it.

import type { EventBuses, Topics } from '../../../base/aws-messengers.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Environment } from '../../../base/environment.ts';
import type { Programs } from '../../../base/programs.ts';
import type { ChannelKind } from '../../../config/tell-judge.ts';
import type { PlaceCredentials } from '../../../destinations/place-credentials.ts';
import type { Trust } from '../../../http/certificates.ts';
import type { OpenService } from '../../../http/service.ts';
import type { Message } from '../message.ts';

export interface Channel {
  readonly name: string;
  readonly kind: ChannelKind;
  /** Whether owners get messages of their own. */
  readonly writesToOwners: boolean;
  /** Resolves once somebody has taken the message. Throws a KeyturnError without any secret. */
  send(message: Message, signal: AbortSignal): Promise<void>;
}

/** What channels are opened with. */
export interface ChannelSurroundings {
  readonly env: Environment;
  readonly clock: Clock;
  readonly credentials: PlaceCredentials;
  readonly http: OpenService;
  readonly programs: Programs;
  readonly trust: Trust | undefined;
  readonly topics: (region: string) => Promise<Topics>;
  readonly buses: (region: string | undefined) => Promise<EventBuses>;
}

/** For one message; all of them together have the time of the run. */
export const SEND_MS = 8_000;
