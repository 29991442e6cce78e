import type { RtpOver } from './weir-api.ts'

/** What a sender adds to a stream so that its losses can be mended: retransmissions of what is asked for (RFC 4585, 4588), or
 *  packets of parity (RFC 5109). */
export type RtpRepair = 'rtx' | 'fec'

type Way = {
  readonly repair: RtpRepair | undefined
  readonly over: RtpOver // to begin with, if it falls back
  readonly fallsBack: boolean // to whatever gets through
  readonly receiver: 'ours' | 'browser' // who receives, repairs and shows it
}

/** The ways in which the video of the UDP side reaches the page, by the names that addresses give them; the first is the one of
 *  an address that names none. */
export const ways = {
  raw: { repair: undefined, over: 'udp', fallsBack: false, receiver: 'ours' },
  rtx: { repair: 'rtx', over: 'udp', fallsBack: false, receiver: 'ours' },
  fec: { repair: 'fec', over: 'udp', fallsBack: false, receiver: 'ours' },
  media: { repair: undefined, over: 'udp', fallsBack: false, receiver: 'browser' },
  tcp: { repair: undefined, over: 'tcp', fallsBack: false, receiver: 'ours' },
  fallback: { repair: undefined, over: 'udp', fallsBack: true, receiver: 'ours' },
} as const satisfies Readonly<Record<string, Way>>

export type WayName = keyof typeof ways

export const wayNames = Object.keys(ways) as readonly WayName[]

/** undefined for a name that there is not. */
export function readWay(text: string | null): WayName | undefined {
  return wayNames.find((name) => name === text)
}
