import { signal } from '@preact/signals'
import type { LinkProfile } from '../link/profile.ts'
import type { LaneSummary, LinkCounters, LinkSummary } from '../protocol/weir-api.ts'
import { ServerSocket } from './server-socket.ts'

type Summary = LinkSummary<LinkProfile>

/** What one lane's downlink did to its packets, since link time 0; the wait is that of the last second's. */
export type LaneTruth = Pick<
  LinkCounters,
  'deliveredPackets' | 'lostPackets' | 'tailDroppedPackets' | 'blockedPackets'
> & {
  readonly queueingDelayMs: number | undefined // undefined: nothing arrived
  readonly gatewayDroppedPackets: number
}

export type LinkTruth = {
  readonly lanes: readonly { readonly name: 'hls' | 'udp' | 'both'; readonly truth: LaneTruth }[]
  readonly warning?: string // why the figures of this run do not count
}

/** The truth now, by what the link told now and a second before. */
export function truthOf(now: Summary, before: Summary | undefined): LinkTruth {
  const of = (lane: 'tcp' | 'udp') => laneTruth(now[lane], before?.[lane])
  const lanes =
    now.profile.sharing === 'shared'
      ? [{ name: 'both' as const, truth: of('tcp') }] // of a shared link the tcp lane counts for both
      : [
          { name: 'hls' as const, truth: of('tcp') },
          { name: 'udp' as const, truth: of('udp') },
        ]
  return { lanes, ...(now.warning === undefined ? {} : { warning: now.warning }) }
}

function laneTruth({ downlink, gatewayDroppedPackets }: LaneSummary, before: LaneSummary | undefined): LaneTruth {
  const { deliveredPackets, lostPackets, tailDroppedPackets, blockedPackets } = downlink
  const counted = { deliveredPackets, lostPackets, tailDroppedPackets, blockedPackets, gatewayDroppedPackets }
  return { ...counted, queueingDelayMs: recentDelayMs(downlink, before?.downlink) }
}

function recentDelayMs(now: LinkCounters, before: LinkCounters | undefined): number | undefined {
  const isSameRun = before !== undefined && before.deliveredPackets <= now.deliveredPackets
  const [packets, sumMs] = isSameRun ? [before.deliveredPackets, totalDelayMs(before)] : [0, 0]
  const newPackets = now.deliveredPackets - packets
  return newPackets === 0 ? undefined : Math.max(0, totalDelayMs(now) - sumMs) / newPackets
}

const totalDelayMs = ({ queueingDelayMsMean, deliveredPackets }: LinkCounters): number =>
  queueingDelayMsMean * deliveredPackets

/** The link's ground truth, as the server tells it once a second. */
export class LinkTruthFeed {
  readonly truth = signal<LinkTruth | undefined>(undefined)
  readonly #socket: ServerSocket
  readonly #onSummary: (summary: Summary) => void
  #before: Summary | undefined

  constructor(linkId: string, onSummary: (summary: Summary) => void) {
    this.#socket = new ServerSocket(`/api/links/${encodeURIComponent(linkId)}/ws`, this.#onText)
    this.#onSummary = onSummary
  }

  open(): void {
    this.#socket.open()
  }

  close(): void {
    this.#socket.close()
  }

  readonly #onText = (text: string): void => {
    const summary = JSON.parse(text) as Summary
    this.truth.value = truthOf(summary, this.#before)
    this.#before = summary
    this.#onSummary(summary)
  }
}
