import { combinations, type Combination } from './combinations.ts'
import type { Rule } from './finding.ts'
import { numberOf } from './playlist-tags.ts'
import type { Presentation, Rendition } from './rendition.ts'
import { averageBitsPerSecond, peakBitsPerSecond, type SizedSegment } from './segment-bitrate.ts'

const APPLE_RATIO = 1.1 // HLS Authoring Specification: measured rates within 10 % of what is told

function sized({ segments }: Rendition): SizedSegment[] {
  return segments.map(({ segment, sizeBytes }) => ({ durationSeconds: segment.durationSeconds, sizeBytes }))
}

/** The largest sum over one rendition of each group; undefined while one of them is not known. */
function largestSum(
  { main, groups }: Combination,
  rate: (rendition: Rendition) => number | undefined,
): number | undefined {
  const own = rate(main)
  if (own === undefined) return undefined
  let sum = own
  for (const group of groups) {
    const others = group.filter(({ url }) => url !== main.url).map((rendition) => rate(rendition))
    if (others.includes(undefined)) return undefined
    sum += Math.max(0, ...(others as number[]))
  }
  return sum
}

function peakOf(combination: Combination): number | undefined {
  return largestSum(combination, (rendition) => {
    const { targetDurationSeconds = 0 } = rendition.playlist
    return peakBitsPerSecond(sized(rendition), targetDurationSeconds) ?? averageBitsPerSecond(sized(rendition))
  })
}

function averageOf(combination: Combination): number | undefined {
  return largestSum(combination, (rendition) => averageBitsPerSecond(sized(rendition)))
}

function isWhole({ main, groups }: Combination): boolean {
  return [main, ...groups.flat()].every(({ playlist, segments }) => {
    return playlist.isEnded && segments.every(({ sizeBytes }) => sizeBytes !== undefined)
  })
}

/** Of what grows the rates are not known yet. */
function ofWhole(
  check: (combination: Combination) => ReturnType<Rule<Presentation>['check']>,
): Rule<Presentation>['check'] {
  return (presentation) => combinations(presentation).filter(isWhole).flatMap(check)
}

const bandwidth: Rule<Presentation> = {
  id: 'bandwidth',
  severity: 'error',
  section: '4.3.4.2',
  check: (presentation) =>
    combinations(presentation).flatMap((combination) => {
      const { tag, line } = combination.member.entry
      const peak = peakOf(combination)
      const told = numberOf(tag, 'BANDWIDTH')
      // Half a percent: durations of three decimals.
      if (peak === undefined || !(peak > told * 1.005)) return []
      return [{ line, expected: `BANDWIDTH of at least the peak ${Math.ceil(peak)}`, got: `${told}` }]
    }),
}

const bandwidthLoose: Rule<Presentation> = {
  id: 'bandwidth-loose',
  severity: 'warning',
  section: '4.3.4.2; Apple 9',
  check: ofWhole((combination) => {
    const { tag, line } = combination.member.entry
    const peak = peakOf(combination)
    const told = numberOf(tag, 'BANDWIDTH')
    if (peak === undefined || told <= peak * APPLE_RATIO) return []
    return [{ line, expected: `BANDWIDTH within 10 % of the peak ${Math.ceil(peak)}`, got: `${told}` }]
  }),
}

const averageBandwidth: Rule<Presentation> = {
  id: 'average-bandwidth',
  severity: 'error',
  section: '4.3.4.2; Apple 9',
  check: ofWhole((combination) => {
    const { tag, line } = combination.member.entry
    const average = averageOf(combination)
    const told = numberOf(tag, 'AVERAGE-BANDWIDTH')
    if (average === undefined || Number.isNaN(told)) return []
    if (told > numberOf(tag, 'BANDWIDTH')) return [] // told by bandwidth-value
    if (told <= average * APPLE_RATIO && average <= told * APPLE_RATIO) return []
    return [{ line, expected: `AVERAGE-BANDWIDTH near ${Math.round(average)}`, got: `${told}` }]
  }),
}

/** What a variant says of its bit rates, against its bytes. */
export const rateRules: readonly Rule<Presentation>[] = [bandwidth, bandwidthLoose, averageBandwidth]
