import type { CongestionControl, LinkProfile, LossProfile } from '../../link/profile.ts'
import { compare } from '../../simulation/comparison.ts'
import { testOutline } from '../../simulation/test-support/test-outline.ts'
import { writeRecordEvent, writeRecordHead } from '../../stream/run-record.ts'

const SEED = 20_26

/** Every way of losing, every source of rates and delays; each meets two congestion controls. */
const lines: Readonly<Record<string, Omit<LinkProfile, 'seed'>>> = {
  'random loss': line({ rateBitsPerSecond: 4_000_000 }, { kind: 'random', lossRatio: 0.02 }),
  'bursts of packets, jitter': line(
    { rateBitsPerSecond: 3_000_000, jitterMs: 30 },
    { kind: 'gilbert-elliott', lossRatio: 0.02, meanBurstPackets: 3 },
  ),
  'bad moments, a generated rate': line(
    { generator: { kind: 'markov', meanDwellSeconds: 1, outagesPerMinute: 6 } },
    { kind: 'bad-moments', lossRatio: 0.02, meanBurstMs: 40 },
  ),
  'a trace of steps, reordering, copies': line(
    {
      trace: [
        [4000, 1],
        [700, 0.5],
        [2500, 2],
      ],
      reorderRatio: 0.01,
      duplicateRatio: 0.01,
    },
    { kind: 'random', lossRatio: 0.005 },
  ),
  'delivery opportunities': line({ trace: [1, 4, 4, 9, 13, 20, 22, 30] }, { kind: 'random', lossRatio: 0.01 }),
  'one line for both, which changes': {
    ...line({ rateBitsPerSecond: 5_000_000 }, { kind: 'random', lossRatio: 0.01 }),
    sharing: 'shared',
    changes: [
      { atSeconds: 2, set: { downlink: { rateBitsPerSecond: 1_200_000, jitterMs: 15 } } },
      { atSeconds: 5, set: { downlink: { rateBitsPerSecond: 6_000_000, oneWayDelayMs: 80 }, udpBlocked: true } },
    ],
  },
}

const controls: readonly CongestionControl[] = ['cubic', 'reno', 'bbr', 'cubic']

/** Both sides of a comparison over each of these lines: every event of every run as a `weir-record`, one after the other. */
export function determinismLog(): string {
  const outline = testOutline({ seconds: 8, videoBitsPerSecond: 700_000 })
  const pieces: string[] = []
  for (const [index, [name, profile]] of Object.entries(lines).entries()) {
    for (const congestionControl of controls.slice(index % 3, (index % 3) + 2)) {
      const scenario = { name, profile: { ...profile, seed: SEED, tcp: { congestionControl } } }
      pieces.push(writeRecordHead({ scenario, seed: SEED, versions: {} }))
      const { hls, rtp } = compare({
        outline,
        profile: scenario.profile,
        limitSeconds: 30,
        tell: (_side, event) => pieces.push(writeRecordEvent(event)),
      })
      pieces.push(`${JSON.stringify({ hls, rtp })}\n`)
    }
  }
  return pieces.join('')
}

function line(downlink: LinkProfile['downlink'], loss: LossProfile): Omit<LinkProfile, 'seed'> {
  return {
    downlink: { oneWayDelayMs: 25, ...downlink, loss },
    uplink: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 25, loss: { kind: 'random', lossRatio: 0.005 } },
  }
}
