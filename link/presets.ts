import type { LinkProfile } from './profile.ts'

export type LinkPreset = {
  readonly name: string
  readonly title: string
  /** Where the numbers come from; what was measured by nobody we know of says that it is an assumption. */
  readonly source: string
  readonly profile: LinkProfile
}

const WEB_PAGE_TEST = 'rates and round trip: WebPageTest, connectivity.ini.sample'
const DEEP_QUEUE =
  'deep queue: Jiang et al., Tackling Bufferbloat in 3G/4G Networks, IMC 2012, its size an engineering assumption'
const CABLE_QUEUE = 'deep uplink queue: Kreibich et al., Netalyzr, IMC 2010, its size an engineering assumption'
const MICHEL = 'Michel et al., A First Look at Starlink Performance, IMC 2022'

/** Named profiles to start from; `name` is what `POST /api/links {preset}` takes. A round trip is shared out evenly over
 *  both directions. Loss comes in bad moments, which are the same for TCP and UDP. */
export const linkPresets: readonly LinkPreset[] = [
  preset('perfect', 'Perfect line', 'nothing is impaired', { downlink: {}, uplink: {} }),
  preset('fibre', 'Fibre, 20 Mbit/s', `${WEB_PAGE_TEST}, FIOS; default queue`, {
    downlink: { rateBitsPerSecond: 20_000_000, oneWayDelayMs: 2 },
    uplink: { rateBitsPerSecond: 5_000_000, oneWayDelayMs: 2 },
  }),
  preset('cable', 'Cable, 5 Mbit/s, bloated uplink', `${WEB_PAGE_TEST}, Cable; ${CABLE_QUEUE}`, {
    downlink: { rateBitsPerSecond: 5_000_000, queueMs: 200, oneWayDelayMs: 14 },
    uplink: { rateBitsPerSecond: 1_000_000, queueMs: 1000, oneWayDelayMs: 14 },
  }),
  preset('dsl', 'DSL, 1.5 Mbit/s, bloated uplink', `${WEB_PAGE_TEST}, DSL; ${CABLE_QUEUE}`, {
    downlink: { rateBitsPerSecond: 1_500_000, queueMs: 500, oneWayDelayMs: 25 },
    uplink: { rateBitsPerSecond: 384_000, queueMs: 1000, oneWayDelayMs: 25 },
  }),
  preset(
    'wifi',
    'Wi-Fi at home',
    'jitter: 90 % of the hop delays up to 20 ms, Sui et al., Characterizing and Improving WiFi Latency, MobiSys 2016; engineering assumption: rates, delay, losses',
    {
      downlink: {
        rateBitsPerSecond: 30_000_000,
        queueMs: 200,
        oneWayDelayMs: 8,
        jitterMs: 20,
        loss: { kind: 'bad-moments', lossRatio: 0.002, meanBurstMs: 20 },
      },
      uplink: { rateBitsPerSecond: 15_000_000, queueMs: 200, oneWayDelayMs: 8, jitterMs: 20 },
    },
  ),
  preset(
    'hotel-wifi',
    'Hotel Wi-Fi with bursts of loss',
    'engineering assumption: a throttled, crowded access point with a bloated queue',
    {
      downlink: {
        rateBitsPerSecond: 3_000_000,
        queueMs: 1000,
        oneWayDelayMs: 30,
        jitterMs: 40,
        loss: { kind: 'bad-moments', lossRatio: 0.02, meanBurstMs: 150 },
      },
      uplink: {
        rateBitsPerSecond: 1_000_000,
        queueMs: 1000,
        oneWayDelayMs: 30,
        jitterMs: 40,
        loss: { kind: 'bad-moments', lossRatio: 0.01, meanBurstMs: 150 },
      },
    },
  ),
  preset('3g', '3G, 1.6 Mbit/s', `${WEB_PAGE_TEST}, 3G; ${DEEP_QUEUE}; engineering assumption: jitter`, {
    downlink: { rateBitsPerSecond: 1_600_000, queueMs: 2000, oneWayDelayMs: 150, jitterMs: 20 },
    uplink: { rateBitsPerSecond: 768_000, queueMs: 2000, oneWayDelayMs: 150, jitterMs: 20 },
  }),
  preset('lte', 'LTE, steady 12 Mbit/s', `${WEB_PAGE_TEST}, LTE; ${DEEP_QUEUE}`, {
    downlink: { rateBitsPerSecond: 12_000_000, queueMs: 500, oneWayDelayMs: 35 },
    uplink: { rateBitsPerSecond: 12_000_000, queueMs: 500, oneWayDelayMs: 35 },
  }),
  preset(
    'lte-walking',
    'LTE, from 0.5 to 12 Mbit/s',
    `round trip: WebPageTest, connectivity.ini.sample, LTE; ${DEEP_QUEUE}; engineering assumption: the wandering rate and its outages`,
    {
      downlink: { generator: { kind: 'markov' }, queueBytes: 500_000, oneWayDelayMs: 35, jitterMs: 5 },
      uplink: { rateBitsPerSecond: 3_000_000, queueMs: 500, oneWayDelayMs: 35, jitterMs: 5 },
    },
  ),
  preset(
    'train',
    'LTE in a fast train, with outages',
    'engineering assumption: every number; that handovers interrupt often and rates vary: Wang et al., An Active-Passive Measurement Study of TCP Performance over LTE on High-speed Rails, MobiCom 2019',
    {
      downlink: {
        generator: {
          kind: 'markov',
          ratesBitsPerSecond: [500_000, 1_500_000, 4_000_000, 8_000_000],
          meanDwellSeconds: 1.5,
          outagesPerMinute: 6,
        },
        queueBytes: 500_000,
        oneWayDelayMs: 50,
        jitterMs: 20,
        loss: { kind: 'bad-moments', lossRatio: 0.01, meanBurstMs: 200 },
      },
      uplink: { rateBitsPerSecond: 1_500_000, queueMs: 500, oneWayDelayMs: 50, jitterMs: 20 },
    },
  ),
  preset(
    'satellite-geo',
    'Geostationary satellite',
    `round trip of about 600 ms: ${MICHEL} (35,786 km up and down twice are 477 ms of light); rates: the subscription measured there; engineering assumption: queue, losses`,
    {
      downlink: {
        rateBitsPerSecond: 100_000_000,
        queueMs: 500,
        oneWayDelayMs: 300,
        loss: { kind: 'bad-moments', lossRatio: 0.001, meanBurstMs: 100 },
      },
      uplink: { rateBitsPerSecond: 10_000_000, queueMs: 500, oneWayDelayMs: 300 },
    },
  ),
  preset(
    'satellite-leo',
    'Low-orbit satellites',
    `round trip of 40 to 60 ms: ${MICHEL}; a new rate every 15 s: Mohan et al., arXiv:2310.09242; losses at handovers: Kassem et al., A Browser-side View of Starlink Connectivity, IMC 2022; engineering assumption: the rates, the loss ratio`,
    {
      downlink: {
        generator: {
          kind: 'steps',
          ratesBitsPerSecond: [120_000_000, 80_000_000, 150_000_000, 60_000_000, 100_000_000],
          stepSeconds: 15,
        },
        queueMs: 200,
        oneWayDelayMs: 20,
        jitterMs: 10,
        loss: { kind: 'bad-moments', lossRatio: 0.005, meanBurstMs: 100 },
      },
      uplink: { rateBitsPerSecond: 15_000_000, queueMs: 200, oneWayDelayMs: 20, jitterMs: 10 },
    },
  ),
  preset(
    'office',
    'Office without UDP',
    'engineering assumption: a firewall that passes TCP alone; rates and delay of a good line',
    {
      downlink: { rateBitsPerSecond: 50_000_000, queueMs: 200, oneWayDelayMs: 10 },
      uplink: { rateBitsPerSecond: 50_000_000, queueMs: 200, oneWayDelayMs: 10 },
      udpBlocked: true,
    },
  ),
  preset('lossy', '2 % of the time lost', 'engineering assumption: loss alone, to see what it does', {
    downlink: { oneWayDelayMs: 20, loss: { kind: 'bad-moments', lossRatio: 0.02, meanBurstMs: 50 } },
    uplink: { oneWayDelayMs: 20 },
  }),
  preset('slow', '1 Mbit/s', 'engineering assumption: a low rate alone, to see what it does', {
    downlink: { rateBitsPerSecond: 1_000_000, queueMs: 200, oneWayDelayMs: 20 },
    uplink: { rateBitsPerSecond: 1_000_000, queueMs: 200, oneWayDelayMs: 20 },
  }),
]

function preset(name: string, title: string, source: string, line: Omit<LinkProfile, 'name' | 'seed'>): LinkPreset {
  return { name, title, source, profile: { name, seed: 1, ...line } }
}
