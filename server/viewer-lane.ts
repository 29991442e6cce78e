import type { LiveLink } from './live-link.ts'

/** What a UDP viewer needs of his link: where he joins, and whom he tells what came of it. */
export type ViewerLane = Pick<
  LiveLink,
  'id' | 'profile' | 'join' | 'joinConversation' | 'noteReception' | 'noteGatewayDrop'
>

/** A copy of the udp lane that one viewer has for himself: the same seed and the same changes, and nobody else's packets. So
 *  two ways of UDP meet the same weather side by side, and lose the same packets. What happens on it is no part of the link's
 *  run: neither its record nor its counters know of it. */
export function ownLane(link: LiveLink): ViewerLane {
  const join = link.copyOfUdpLane()
  return {
    id: link.id,
    get profile() {
      return link.profile
    },
    join,
    joinConversation: join,
    noteReception: () => {},
    noteGatewayDrop: () => {},
  }
}
