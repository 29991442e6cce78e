/** What a sender adds to a stream so that its losses can be mended: retransmissions of what is asked for (RFC 4585, 4588), or
 *  packets of parity (RFC 5109). */
export type RtpRepair = 'rtx' | 'fec'

type Way = { readonly repair: RtpRepair | undefined }

/** The ways in which RTP reaches the page, by the names that addresses give them; the first is the one of an address that names
 *  none. */
export const ways = {
  raw: { repair: undefined },
  rtx: { repair: 'rtx' },
  fec: { repair: 'fec' },
} as const satisfies Readonly<Record<string, Way>>

export type WayName = keyof typeof ways

export const wayNames = Object.keys(ways) as readonly WayName[]

/** undefined for a name that there is not. */
export function readWay(text: string | null): WayName | undefined {
  return wayNames.find((name) => name === text)
}
