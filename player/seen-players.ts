import type { LinkViewers, RtspSessionStatus, SeenRequest } from '../protocol/weir-api.ts'
import { seenWords } from './words.ts'

/** A foreign player as the server sees it, whichever protocol it speaks. */
export type SeenPlayer = {
  readonly key: string
  readonly protocol: 'hls' | 'rtsp'
  readonly name: string // of its User-Agent
  readonly got: { readonly requests: number; readonly bytes: number } | { readonly packets: number }
  /** In the words of who told them: CMCD's keys (CTA-5004), or RTCP's. */
  readonly says: readonly { readonly word: string; readonly value: string }[]
}

/** Of CMCD: encoded bitrate, buffer length, measured throughput, buffer starvation. */
const TOLD_KEYS = ['br', 'bl', 'mtp', 'bs'] as const
const CMCD_UNITS: Readonly<Record<string, string>> = { br: ' kbit/s', bl: ' ms', mtp: ' kbit/s' }

/** Everybody but this page: of HLS by address and name, of RTSP by session. */
export function seenPlayers({ requests, sessions }: Pick<LinkViewers, 'requests' | 'sessions'>): SeenPlayer[] {
  const byPlayer = new Map<string, SeenRequest[]>()
  for (const request of requests) {
    if (request.isOfOurPage) continue
    const key = `${request.address} ${request.userAgent ?? ''}`
    byPlayer.set(key, [...(byPlayer.get(key) ?? []), request])
  }
  return [...[...byPlayer].map(([key, asked]) => hlsPlayer(key, asked)), ...sessions.map(rtspPlayer)]
}

function hlsPlayer(key: string, asked: readonly SeenRequest[]): SeenPlayer {
  const bytes = asked.reduce((sum, { bodyBytes = 0 }) => sum + bodyBytes, 0)
  const cmcd = asked.findLast(({ cmcd }) => cmcd !== undefined)?.cmcd ?? {}
  return {
    key: `hls ${key}`,
    protocol: 'hls',
    name: nameOf(asked.at(-1)?.userAgent),
    got: { requests: asked.length, bytes },
    says: TOLD_KEYS.flatMap((word) => {
      const value = cmcd[word]
      return value === undefined ? [] : [{ word, value: `${value}${CMCD_UNITS[word] ?? ''}` }]
    }),
  }
}

/** By what its worst track reports. */
function rtspPlayer({ id, userAgent, sentPackets, roundTripMs, tracks }: RtspSessionStatus): SeenPlayer {
  const receptions = tracks.flatMap(({ reception }) => reception ?? [])
  const worst = receptions.toSorted((a, b) => b.lossRatio - a.lossRatio)[0]
  const told = worst && [
    { word: seenWords.rtcp.lost, value: `${(worst.lossRatio * 100).toFixed(1)} %` },
    { word: seenWords.rtcp.jitter, value: `${worst.jitterMs.toFixed(1)} ms` },
    ...(roundTripMs === undefined ? [] : [{ word: seenWords.rtcp.roundTrip, value: `${Math.round(roundTripMs)} ms` }]),
  ]
  return {
    key: `rtsp ${id}`,
    protocol: 'rtsp',
    name: nameOf(userAgent),
    got: { packets: sentPackets },
    says: told ?? [],
  }
}

/** The product with its version: what follows tells of libraries and systems. */
function nameOf(userAgent: string | undefined): string {
  return userAgent?.split(/\s+(?=[(A-Z])/)[0] || seenWords.unnamed
}
