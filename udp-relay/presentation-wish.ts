import { MAX_PARITY_GROUP } from '../protocol/rtp-ulpfec.ts'
import { DEFAULT_FEC_GROUP } from '../stream/parity-bounds.ts'
import type { RtpPayload } from './rtp-format.ts'

/** What the query of an RTSP address asks for: `?payload=h264|mp2t&live=loop&repair=rtx|fec|off&fecGroup=8
 *  &multicast`. */
export type PresentationWish = {
  readonly payload: RtpPayload
  /** All who watch share one sender, which plays the video again and again. */
  readonly isLooped: boolean
  /** What is lost may be asked for again. */
  readonly repairs: boolean
  /** The description names a group: for players, live555's among them, that ask for one only then. */
  readonly isMulticast: boolean
  /** Packets for which one of parity is sent; absent: none is. */
  readonly fecGroupPackets?: number
}

const LEAST_FEC_GROUP = 2 // one for each single packet would send everything twice

/** `query` with its '?', or empty; other names in it are nobody's business. undefined for a value that there is not. */
export function readPresentationWish(query: string): PresentationWish | undefined {
  const parameters = new URLSearchParams(query)
  const payload = parameters.get('payload') ?? 'h264'
  const live = parameters.get('live')
  const repair = parameters.get('repair') ?? 'off'
  if (payload !== 'h264' && payload !== 'mp2t') return undefined
  if (live !== null && live !== 'loop') return undefined
  if (repair !== 'off' && repair !== 'rtx' && repair !== 'fec') return undefined
  const fecGroupPackets = readFecGroup(parameters.get('fecGroup'))
  if (fecGroupPackets === undefined) return undefined
  return {
    payload,
    isLooped: live !== null,
    repairs: repair === 'rtx',
    isMulticast: parameters.has('multicast'),
    ...(repair === 'fec' ? { fecGroupPackets } : {}),
  }
}

function readFecGroup(text: string | null): number | undefined {
  if (text === null) return DEFAULT_FEC_GROUP
  const packets = /^\d{1,2}$/.test(text) ? Number(text) : 0
  return packets >= LEAST_FEC_GROUP && packets <= MAX_PARITY_GROUP ? packets : undefined
}
