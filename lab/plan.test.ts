import { describe, expect, test } from 'vitest'
import { measuredCosts, readCosts, type PlanCosts } from './plan-costs.ts'
import { readQuestion, type PlanWords } from './plan-question.ts'
import { planText } from './plan-text.ts'
import { plan, type PlanQuestion, type WayName } from './plan.ts'

const taken = {
  viewers: 200,
  bitsPerSecond: 5e8,
  idleMemoryBytes: 100e6,
  memoryBytesPerViewer: 100e3,
  filesPerViewer: 1,
}
const udp = { ...taken, filesPerViewer: 2, cpuMicrosecondsPerPacket: 3, videoBytesPerPacket: 1250 }
const costs: PlanCosts = {
  format: 'weir-costs',
  version: 1,
  weir: '0.0.0',
  measured: 'by hand',
  ways: {
    hls: { ...taken, cpuMicrosecondsPerRequest: 20, cpuMicrosecondsPerMegabyte: 500 },
    'udp-bursts': { ...udp, cpuMicrosecondsPerPacket: 1 },
    'udp-packets': udp,
    multicast: { ...udp, filesPerViewer: 1, cpuMicrosecondsPerPacket: 100 },
  },
}

const question: PlanQuestion = {
  viewers: [1000],
  bitsPerSecond: 5e6,
  segmentSeconds: 4,
  streams: 1,
  hours: 2,
  cdnHitRatio: 0.95,
  server: { cores: 8, memoryBytes: 16e9, nicBitsPerSecond: 10e9, openFiles: 100_000, fill: 0.5 },
  prices: {},
}

function wayOf(name: WayName, changes: Partial<PlanQuestion> = {}) {
  return plan({ ...question, ...changes }, costs)[0]?.ways.find(({ way }) => way === name)
}

describe('plan', () => {
  test('HLS takes CPU for requests and bytes, egress with the headers of TCP, and as many servers as the NIC asks for', () => {
    const way = wayOf('hls')
    // 1000 viewers × 2 requests in 4 s × 20 µs = 0.01; 625 MB/s × 500 µs = 0.3125
    expect(way?.cores).toBeCloseTo(0.3225, 10)
    expect(way?.egressBitsPerSecond).toBeCloseTo((5e9 * 1500) / 1448, 0) // 5.18 Gbit/s of the 5 that may be full
    expect(way).toMatchObject({ servers: 2, nics: 2, bottleneck: 'network', openFiles: 1000, cdnBitsPerSecond: 0 })
    expect(way?.memoryBytes).toBe(300e6) // 1000 viewers, two processes
    expect(way?.extrapolatedBy).toBe(10) // 5 times the viewers, 10 times the rate
  })

  test('behind a CDN the origin has what the hit ratio leaves over, and the CDN sends the rest', () => {
    const way = wayOf('hls-cdn')
    expect(way?.cores).toBeCloseTo(0.3225 / 20, 10)
    expect(way).toMatchObject({ openFiles: 50, servers: 1, extrapolatedBy: 1 })
    expect(way?.cdnBitsPerSecond).toBeCloseTo((5e9 * 1500) / 1448, 0)
  })

  test('UDP takes CPU a packet for each viewer; multicast once for all, and sessions for each', () => {
    expect(wayOf('udp-packets')?.cores).toBeCloseTo(1.5, 10) // 500 packets × 1000 viewers × 3 µs
    expect(wayOf('udp-bursts')?.cores).toBeCloseTo(0.5, 10)
    expect(wayOf('udp-bursts')?.egressBitsPerSecond).toBeCloseTo(5e9 * 1.032, 0) // 40 bytes of headers on 1250
    const multicast = wayOf('multicast', { streams: 3 })
    expect(multicast?.cores).toBeCloseTo(0.15, 10) // 3 streams × 500 packets × 100 µs
    expect(multicast).toMatchObject({ egressBitsPerSecond: 15e6 * 1.032, openFiles: 1000, extrapolatedBy: 5 })
  })

  test.each([
    [{ cores: 1, fill: 1, nicBitsPerSecond: 1e12 }, 'cores', 2],
    [{ memoryBytes: 1e9, fill: 1, nicBitsPerSecond: 1e12 }, 'memory', 1], // 100 MB of the 200 beside 8 processes
    [{ openFiles: 500, fill: 1, nicBitsPerSecond: 1e12 }, 'open files', 4],
  ] as const)('a server of %o is full of %s first', (size, bottleneck, servers) => {
    const way = wayOf('udp-packets', { server: { ...question.server, ...size } })
    expect(way).toMatchObject({ bottleneck, servers })
  })

  test('money is whole servers, our egress and what the CDN sends, as far as there are prices', () => {
    expect(wayOf('hls')?.money).toBeUndefined()
    expect(wayOf('hls', { prices: { perCoreHour: 0.05 } })?.money).toBeCloseTo(1.6, 10) // 2 servers × 8 cores × 2 h
    const prices = { perEgressGigabyte: 0.01, perCdnGigabyte: 0.02 }
    const gigabytes = ((5 * 1500) / 1448 / 8) * 7200
    expect(wayOf('hls', { prices })?.money).toBeCloseTo(gigabytes * 0.01, 6)
    expect(wayOf('hls-cdn', { prices })?.money).toBeCloseTo(gigabytes * (0.01 / 20 + 0.02), 6)
  })

  test('all is linear: a thousand times the viewers, a thousand times the load', () => {
    const many = wayOf('udp-bursts', { viewers: [1_000_000] })
    expect(many?.cores).toBeCloseTo(500, 8)
    expect(many?.extrapolatedBy).toBe(10_000)
  })
})

const words: PlanWords = {
  viewers: '100,10k,1.5M',
  bitrate: '5M',
  segmentSeconds: '4',
  streams: '1',
  hours: '1',
  cdnHitRatio: '0.95',
  cores: '8',
  memory: '16G',
  nic: '10G',
  openFiles: '100k',
  fill: '0.7',
}

describe('readQuestion', () => {
  test('reads multiples, and takes the rate of a package where none is typed', () => {
    const { bitrate: _, ...rest } = words
    expect(readQuestion({ ...rest, cdnPrice: '.02' }, { bitsPerSecond: 2.2e6, segmentSeconds: 3.9 })).toMatchObject({
      ok: true,
      question: {
        viewers: [100, 10_000, 1_500_000],
        bitsPerSecond: 2.2e6,
        segmentSeconds: 3.9,
        server: { memoryBytes: 16e9, nicBitsPerSecond: 10e9, openFiles: 100_000 },
        prices: { perCdnGigabyte: 0.02 },
      },
    })
  })

  test('tells all that is wrong, each with its option', () => {
    const wrong = { ...words, viewers: '10,none,1.5', bitrate: '5 M', cdnHitRatio: '95', fill: '0', corePrice: '-1' }
    const read = readQuestion(wrong)
    expect(read.ok ? [] : read.problems).toEqual([
      '--bitrate must be a number from 1000 to 1000000000, such as 5M, got "5 M"',
      '--core-price must be a number from 0 to 1000000, such as 0.05, got "-1"',
      '--viewers must be a whole number from 1 to 10000000000, such as 100,10k,1M, got "none"',
      '--viewers must be a whole number from 1 to 10000000000, such as 100,10k,1M, got "1.5"',
      '--cdn-hit-ratio must be a number from 0 to 1, such as 0.95, got "95"',
      '--fill must be a number from 0.05 to 1, such as 0.7, got "0"',
    ])
  })

  test('asks for a rate', () => {
    const { bitrate: _, ...rest } = words
    const read = readQuestion(rest)
    expect(read.ok ? [] : read.problems).toEqual([expect.stringContaining('--bitrate must say')])
  })
})

describe('readCosts', () => {
  test('takes what was written, and the committed figures are such', () => {
    expect(readCosts(JSON.stringify(costs))).toEqual({ ok: true, costs })
    expect(readCosts(JSON.stringify(measuredCosts)).ok).toBe(true)
  })

  test.each([
    ['{', ['costs must be JSON: ']],
    ['{"format":"other","version":1}', ['costs must have the format "weir-costs", version 1, got "other", version 1']],
    [
      JSON.stringify({
        ...costs,
        weir: 5,
        ways: { ...costs.ways, hls: { ...costs.ways.hls, viewers: 0 }, multicast: null },
      }),
      [
        'costs.weir must be a text, got 5',
        'costs.ways.hls.viewers must be a number above 0, got 0',
        'costs.ways.multicast.viewers',
      ],
    ],
  ])('refuses %s', (text, problems) => {
    const read = readCosts(text)
    const told = read.ok ? [] : read.problems
    expect(problems.map((problem) => told.some((line) => line.startsWith(problem)))).toEqual(problems.map(() => true))
  })
})

test('the text marks what was extrapolated, names what is full first, and lists what is assumed', () => {
  const asked = { ...question, viewers: [100, 1000], prices: { perCoreHour: 0.05 } }
  const lines = planText(plan(asked, costs), asked, costs).split('\n')
  const rows = lines.filter((line) => line.includes('HLS, origin alone'))
  expect(rows[0]).toMatch(/alone +0\.0323 +110 MB +100 +518 Mbit\/s +1 +1 +network +0\.80$/)
  expect(rows[1]).toMatch(/alone +0\.323 +300 MB +1,000 +5\.18 Gbit\/s +2 +2 +network +1\.60 +extrapolated ×10$/)
  expect(lines).toContain('Costs of one process, measured by hand, weir 0.0.0:')
  expect(lines.filter((line) => line.startsWith('- ')).length).toBeGreaterThan(5)
})
