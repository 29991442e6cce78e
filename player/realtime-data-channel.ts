import type { RealtimeEvent } from '../protocol/realtime-api.ts'
import { connectChannels } from './data-channels.ts'
import type { WayEnds, WayReader } from './realtime-way.ts'

/** The browser's UDP (RFC 8831): unordered and never sent again. `onLost` when it is gone without having been closed here. */
export async function openEventsChannel(ends: WayEnds, onLost: () => void): Promise<WayReader> {
  const { datagrams, close } = await connectChannels(ends.offerPath, 'events', {
    onDatagram: (bytes) => ends.take(JSON.parse(new TextDecoder().decode(bytes)) as RealtimeEvent),
    onControl: () => {},
    onLost,
  })
  const say = (message: string): void => datagrams.send(new TextEncoder().encode(message))
  return { say: (message) => datagrams.readyState === 'open' && say(message), close }
}
