/** Packets of a track that one of parity follows, where nobody asks for another number: an eighth more packets. */
export const DEFAULT_FEC_GROUP = 8

const MAX_GROUP_MS = 80 // what is recovered later comes too late for a jitter buffer of 100 ms

export type OpenGroup = { readonly packets: number; readonly firstMs: number }

/** Whether a group ends with the packet that was just sent: it is full, or has lasted 80 ms. To the microsecond, as links read
 *  their clocks: pictures are often sent 40 ms apart. */
export function isGroupComplete({ packets, firstMs }: OpenGroup, groupPackets: number, nowMs: number): boolean {
  const ageMs = Math.round((nowMs - firstMs) * 1000) / 1000
  return packets >= groupPackets || ageMs >= MAX_GROUP_MS
}
