import type { RealtimeWay } from '../protocol/realtime-api.ts'

/** A colour a family of ways, a dash for each within it. */
export const wayLooks: Readonly<
  Record<
    RealtimeWay,
    { readonly colour: 'hls' | 'udp' | 'repair' | 'fault' | 'muted'; readonly dash: readonly number[] }
  >
> = {
  'short-polling': { colour: 'fault', dash: [] },
  'short-polling-closing': { colour: 'fault', dash: [8, 4] },
  'long-polling': { colour: 'fault', dash: [2, 3] },
  'server-sent-events': { colour: 'hls', dash: [] },
  'chunked-fetch': { colour: 'hls', dash: [8, 4] },
  websocket: { colour: 'repair', dash: [] },
  'socketio-polling': { colour: 'repair', dash: [2, 3] },
  'socketio-upgrade': { colour: 'repair', dash: [8, 4] },
  tcp: { colour: 'muted', dash: [] },
  udp: { colour: 'udp', dash: [] },
  'data-channel': { colour: 'udp', dash: [8, 4] },
}
