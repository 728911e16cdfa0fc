// The channels of a configuration, ready to be written to.

import { kindOf } from '../../../config/tell-judge.ts';
import type { ChannelModel, NotifyModel } from '../../../config/tell-model.ts';
import type { Channel, ChannelSurroundings } from './channel.ts';
import { eventBusChannel } from './event-bus.ts';
import { mailChannel } from './mail.ts';
import { programChannel } from './program.ts';
import { slackChannel } from './slack.ts';
import { teamsChannel } from './teams.ts';
import { topicChannel } from './topic.ts';
import { webhookChannel } from './webhook.ts';

export interface OpenedChannel {
  readonly channel: Channel;
  readonly model: ChannelModel;
}

/** Of a configuration that was judged; nobody is asked before a message is sent. */
export function openChannels(
  { channels }: NotifyModel,
  around: ChannelSurroundings,
): readonly OpenedChannel[] {
  return channels.map((model) => ({ model, channel: channelOf(model, around) }));
}

function channelOf(model: ChannelModel, around: ChannelSurroundings): Channel {
  const { name, region, slack, teams, webhook, sns, eventbridge, run, secret } = model;
  switch (kindOf(model)) {
    case 'slack':
      return slackChannel({ name, reference: slack ?? '' }, around);
    case 'teams':
      return teamsChannel({ name, reference: teams ?? '' }, around);
    case 'webhook':
      return webhookChannel({ name, webhook: webhook ?? '', secret }, around);
    case 'sns':
      return topicChannel({ name, arn: sns ?? '' }, around);
    case 'eventbridge':
      return eventBusChannel({ name, bus: eventbridge ?? '', region }, around);
    case 'run':
      return programChannel({ name, run: run ?? [] }, around);
    default:
      return mailOf(model, around);
  }
}

function mailOf(model: ChannelModel, around: ChannelSurroundings): Channel {
  const { name, smtp = '', user, password, from = '', to = [], to_owners: toOwners } = model;
  const writesToOwners = toOwners === true;
  return mailChannel({ name, server: smtp, user, password, from, to, writesToOwners }, around);
}
