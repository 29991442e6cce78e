import { expect, test } from 'vitest'
import type { LabRun } from '../../simulation/lab-results.ts'
import { groupRuns } from '../../simulation/lab-statistics.ts'
import { labRuns } from '../../simulation/test-support/lab-runs.ts'
import { headlines } from './headlines.ts'

/** Startups of HLS and UDP under each seed. */
function startups(
  hls: readonly number[],
  udp: readonly (number | undefined)[],
  network = 'line',
  axes: LabRun['axes'] = {},
) {
  const runs = hls.map((startupMs, index) => {
    const other = udp[index]
    return { hls: { startupMs }, udp: other === undefined ? {} : { startupMs: other } }
  })
  return labRuns(runs, network, axes)
}

function said(...runs: readonly (readonly LabRun[])[]): readonly string[] {
  return headlines(groupRuns(runs.flat()), 'hls', 'udp').map((text) => text.replaceAll(/[\u00a0\u202f]/g, ' '))
}

const about900 = [900, 910, 890, 905, 895]
const about400 = [400, 410, 390, 405, 395]

for (const { name, hls, udp, sentence } of [
  {
    name: 'names the winner, how much, and how sure',
    hls: about900,
    udp: [400, 400, 400, 400, 400],
    sentence: 'Startup: udp starts 500 ms earlier than hls (490 to 510 ms with 95 % confidence, 5 seeds).',
  },
  {
    name: 'says when a sure difference is too little to matter',
    hls: [100, 100, 100, 100, 100],
    udp: [200, 100, 190, 190, 190],
    sentence:
      'Startup: hls starts 74 ms earlier than udp (22 to 126 ms with 95 % confidence, 5 seeds), too little to matter.',
  },
  {
    name: 'says when the whole interval is too little to matter',
    hls: about900,
    udp: [905, 905, 895, 907, 893],
    sentence: 'Startup: no difference that matters (hls − udp: −6 to 4 ms with 95 % confidence, 5 seeds).',
  },
  {
    name: 'does not tell apart what chance may have made',
    hls: about900,
    udp: [400, 2000, 300, 1900, 400],
    sentence: 'Startup: hls and udp are not told apart (hls − udp: −1170 to 970 ms with 95 % confidence, 5 seeds).',
  },
  {
    name: 'says what is the same',
    hls: about900,
    udp: about900,
    sentence: 'Startup: the same for hls and udp under each of 5 seeds.',
  },
  {
    name: 'claims nothing of four seeds',
    hls: about900.slice(1),
    udp: about400.slice(1),
    sentence: 'Startup: the means of hls and udp are 500 ms apart. That is no claim: 4 seeds, at least 5 are needed.',
  },
] as const) {
  test(`headlines of one network: ${name}`, () => {
    expect(said(startups(hls, udp)).map((text) => text.replaceAll(/(\d) (\d{3})/g, '$1$2'))).toEqual([sentence])
  })
}

test('headlines of many networks count on how many each side is better, and by how much', () => {
  const sentences = said(
    startups(about900, about400, 'dsl'),
    startups(about900, [200, 210, 190, 205, 195], 'lte'),
    startups(about400, about900, 'lan'),
    startups(about900, about900, 'cable'),
    startups(about900, [400, 2000, 300, 1900, 400], 'train'),
    startups([900, 900], [400, 400], 'wifi'),
  )
  expect(sentences).toEqual([
    'Startup: udp starts earlier on 2 of 6 networks (dsl and lte), by 500 to 700 ms; hls on 1 (lan), by 500 ms; no difference that matters on 1; not told apart on 1; too few seeds to say on 1.',
  ])
})

test('headlines of a grid name its cells without the network, which is one', () => {
  const sentences = said(
    startups(about900, about400, 'line', { lossRatio: 0.01, rateBitsPerSecond: 4_000_000 }),
    startups(about900, about900, 'line', { lossRatio: 0.02, rateBitsPerSecond: 4_000_000 }),
  )
  expect(sentences).toEqual([
    'Startup: udp starts earlier on 1 of 2 cells (loss 1 % · rate 4 Mbit/s), by 500 ms; no difference that matters on 1.',
  ])
})

test('headlines say first where a side never began to play, or not under every seed', () => {
  const none = [undefined, undefined, undefined, undefined, undefined]
  expect(said(startups(about900, none, 'office'), startups([...about900, 900], about400, 'lte'))).toEqual([
    'udp never began to play on office.',
    'udp did not begin to play under every seed on lte.',
    'Startup: udp starts 500 ms earlier than hls (500 ms with 95 % confidence, 5 seeds).',
  ])
})

test('headlines of many networks under too few seeds claim nothing', () => {
  expect(said(startups([900], [400], 'dsl'), startups([900], [400], 'lte'))).toEqual([
    'No difference is claimed: there are too few seeds. The means are in the tables.',
  ])
})
