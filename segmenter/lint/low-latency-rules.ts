import type { Fault, Rule } from './finding.ts'
import { attribute, numberOf, type Tag } from './playlist-tags.ts'
import { segmentName, type MediaPlaylist, type Part } from './playlist.ts'

const ROUNDING_SECONDS = 1e-6 // of sums of decimals

function firstNamed({ tags }: MediaPlaylist, wanted: string): Tag | undefined {
  return tags.find(({ name }) => name === wanted)
}

/** NaN where there is none. */
function partTargetOf(playlist: MediaPlaylist): number {
  const tag = firstNamed(playlist, 'EXT-X-PART-INF')
  return tag === undefined ? NaN : numberOf(tag, 'PART-TARGET')
}

type PlacedPart = Part & { readonly isLast: boolean; readonly next: Part | undefined }

/** `isLast` of a parent segment that is complete. */
function partsOf({ segments, openParts }: MediaPlaylist): PlacedPart[] {
  const groups = [...segments.map(({ parts }) => ({ parts, isWhole: true })), { parts: openParts, isWhole: false }]
  return groups.flatMap(({ parts, isWhole }) =>
    parts.map((part, index) => {
      const next = parts[index + 1]
      return { ...part, next, isLast: isWhole && next === undefined }
    }),
  )
}

function place(part: Part): Pick<Fault, 'line' | 'segment'> {
  return { line: part.line, segment: segmentName(part) }
}

const partInfMissing: Rule<MediaPlaylist> = {
  id: 'part-inf-missing',
  severity: 'error',
  section: 'bis 4.4.3.7',
  check: (playlist) => {
    const [part] = partsOf(playlist)
    if (part === undefined || firstNamed(playlist, 'EXT-X-PART-INF') !== undefined) return []
    return [{ line: part.line, expected: '#EXT-X-PART-INF in a list with parts', got: 'none' }]
  },
}

const partTooLong: Rule<MediaPlaylist> = {
  id: 'part-too-long',
  severity: 'error',
  section: 'bis 4.4.4.9',
  check: (playlist) => {
    const target = partTargetOf(playlist)
    return partsOf(playlist)
      .filter(({ durationSeconds }) => durationSeconds > target + ROUNDING_SECONDS)
      .map((part) => ({ ...place(part), expected: `at most ${target} s`, got: `${part.durationSeconds} s` }))
  },
}

const MIN_PART_RATIO = 0.85

const partTooShort: Rule<MediaPlaylist> = {
  id: 'part-too-short',
  severity: 'error',
  section: 'bis 4.4.4.9',
  check: (playlist) => {
    const least = MIN_PART_RATIO * partTargetOf(playlist)
    return partsOf(playlist)
      .filter(({ isLast, isIndependent, isGap, next }) => !isLast && !isIndependent && !isGap && next?.isGap !== true)
      .filter((part) => part.next !== undefined) // the newest may turn out to be the last of its segment
      .filter(({ durationSeconds }) => durationSeconds < least - ROUNDING_SECONDS)
      .map((part) => ({
        ...place(part),
        expected: `at least ${least.toFixed(3)} s: 85 % of PART-TARGET`,
        got: `${part.durationSeconds} s`,
      }))
  },
}

/** Of a list with parts the distance for low latency, else the distance for all. */
const holdBack: Rule<MediaPlaylist> = {
  id: 'hold-back',
  severity: 'error',
  section: 'bis 4.4.3.8',
  check: (playlist) => {
    const control = firstNamed(playlist, 'EXT-X-SERVER-CONTROL')
    if (control === undefined) return []
    const { line } = control
    const least = 3 * (playlist.targetDurationSeconds ?? NaN)
    const seconds = numberOf(control, 'HOLD-BACK')
    return seconds < least ? [{ line, expected: `HOLD-BACK of at least ${least} s`, got: `${seconds} s` }] : []
  },
}

const partHoldBack: Rule<MediaPlaylist> = {
  id: 'part-hold-back',
  severity: 'error',
  section: 'bis 4.4.3.8',
  check: (playlist) => {
    const inf = firstNamed(playlist, 'EXT-X-PART-INF')
    const control = firstNamed(playlist, 'EXT-X-SERVER-CONTROL')
    if (inf === undefined) return []
    const seconds = control === undefined ? NaN : numberOf(control, 'PART-HOLD-BACK')
    const line = control?.line ?? inf.line
    if (Number.isNaN(seconds)) return [{ line, expected: 'PART-HOLD-BACK in #EXT-X-SERVER-CONTROL', got: 'none' }]
    const least = 2 * partTargetOf(playlist)
    if (!(seconds < least - ROUNDING_SECONDS)) return []
    return [{ line, expected: `PART-HOLD-BACK of at least ${least.toFixed(3)} s`, got: `${seconds} s` }]
  },
}

const partHoldBackTight: Rule<MediaPlaylist> = {
  id: 'part-hold-back-tight',
  severity: 'warning',
  section: 'bis 4.4.3.8',
  check: (playlist) => {
    const control = firstNamed(playlist, 'EXT-X-SERVER-CONTROL')
    if (control === undefined) return []
    const least = 3 * partTargetOf(playlist)
    const seconds = numberOf(control, 'PART-HOLD-BACK')
    if (!(seconds < least - ROUNDING_SECONDS)) return []
    return [{ line: control.line, expected: `PART-HOLD-BACK of at least ${least.toFixed(3)} s`, got: `${seconds} s` }]
  },
}

const skipUntil: Rule<MediaPlaylist> = {
  id: 'skip-until',
  severity: 'error',
  section: 'bis 4.4.3.8',
  check: (playlist) => {
    const control = firstNamed(playlist, 'EXT-X-SERVER-CONTROL')
    if (control === undefined) return []
    const { line, list } = control
    const least = 6 * (playlist.targetDurationSeconds ?? NaN)
    const seconds = numberOf(control, 'CAN-SKIP-UNTIL')
    if (seconds < least) return [{ line, expected: `CAN-SKIP-UNTIL of at least ${least} s`, got: `${seconds} s` }]
    if (!list.values.has('CAN-SKIP-DATERANGES') || list.values.has('CAN-SKIP-UNTIL')) return []
    return [{ line, expected: 'CAN-SKIP-UNTIL with CAN-SKIP-DATERANGES', got: 'none' }]
  },
}

const blockReload: Rule<MediaPlaylist> = {
  id: 'block-reload',
  severity: 'warning',
  section: 'bis B.1',
  check: (playlist) => {
    const inf = firstNamed(playlist, 'EXT-X-PART-INF')
    const control = firstNamed(playlist, 'EXT-X-SERVER-CONTROL')
    if (inf === undefined || playlist.isEnded) return []
    if (control !== undefined && attribute(control, 'CAN-BLOCK-RELOAD') === 'YES') return []
    return [{ line: (control ?? inf).line, expected: 'CAN-BLOCK-RELOAD=YES', got: 'none' }]
  },
}

const preloadHint: Rule<MediaPlaylist> = {
  id: 'preload-hint',
  severity: 'error',
  section: 'bis 4.4.5.3',
  check: (playlist) => {
    const hints = playlist.tags.filter(({ name }) => name === 'EXT-X-PRELOAD-HINT')
    const listed = new Set(partsOf(playlist).map(({ uri, range }) => `${uri}@${range?.offsetBytes ?? 0}`))
    return hints.flatMap((hint) => {
      const { line, value = '' } = hint
      if (playlist.isEnded) return [{ line, expected: 'no hint beside #EXT-X-ENDLIST', got: value }]
      const named = `${attribute(hint, 'URI')}@${numberOf(hint, 'BYTERANGE-START') || 0}`
      if (attribute(hint, 'TYPE') !== 'PART' || !listed.has(named)) return []
      return [{ line, expected: 'a hint of what is not there yet', got: `${named}, a part of this list` }]
    })
  },
}

const preloadHintMissing: Rule<MediaPlaylist> = {
  id: 'preload-hint-missing',
  severity: 'warning',
  section: 'bis B.1',
  check: (playlist) => {
    const inf = firstNamed(playlist, 'EXT-X-PART-INF')
    if (inf === undefined || playlist.isEnded || firstNamed(playlist, 'EXT-X-PRELOAD-HINT') !== undefined) return []
    return [{ line: inf.line, expected: '#EXT-X-PRELOAD-HINT of the next part', got: 'none' }]
  },
}

const renditionReport: Rule<MediaPlaylist> = {
  id: 'rendition-report',
  severity: 'error',
  section: 'bis 4.4.5.4',
  check: (playlist) => {
    const hasParts = partsOf(playlist).length > 0
    return playlist.tags
      .filter(({ name }) => name === 'EXT-X-RENDITION-REPORT')
      .flatMap((tag) => {
        const { line, list, value = '' } = tag
        const uri = attribute(tag, 'URI') ?? ''
        if (/^[a-z][a-z0-9+.-]*:/i.test(uri)) return [{ line, expected: 'a relative URI', got: uri }]
        if (!list.values.has('LAST-MSN')) return [{ line, expected: 'LAST-MSN', got: value }]
        if (hasParts && !list.values.has('LAST-PART')) return [{ line, expected: 'LAST-PART', got: value }]
        return []
      })
  },
}

/** What a segment begins with, its first part begins with. */
const tagsBeforeParts: Rule<MediaPlaylist> = {
  id: 'tag-after-part',
  severity: 'error',
  section: 'bis 4.4.4.9',
  check: ({ lines }) => {
    const early = ['EXT-X-DISCONTINUITY', 'EXT-X-KEY', 'EXT-X-MAP', 'EXT-X-PROGRAM-DATE-TIME']
    const faults: Fault[] = []
    let partLine: number | undefined
    for (const line of lines) {
      if (line.kind === 'uri') partLine = undefined
      else if (line.kind !== 'tag') continue
      else if (line.name === 'EXT-X-PART') partLine ??= line.number
      else if (partLine !== undefined && early.includes(line.name)) {
        faults.push({
          line: line.number,
          expected: `before the segment's first part, line ${partLine}`,
          got: line.text,
        })
      }
    }
    return faults
  },
}

const partsSum: Rule<MediaPlaylist> = {
  id: 'parts-sum',
  severity: 'error',
  section: 'bis 4.4.4.9',
  check: (playlist) => {
    const tolerance = (partTargetOf(playlist) || 0.1) / 2 // less is rounding: no part is missing, and none stands there twice
    const whole = playlist.segments.filter(({ parts }) => parts.length > 0)
    return whole.flatMap(({ parts, durationSeconds, ...segment }, index) => {
      const sum = parts.reduce((total, part) => total + part.durationSeconds, 0)
      const mayHaveLost = index === 0 // its first parts: they may go before the rest does
      const isWrong = sum > durationSeconds + tolerance || (!mayHaveLost && sum < durationSeconds - tolerance)
      const expected = `parts that last together the segment's ${durationSeconds} s`
      const got = `${sum.toFixed(3)} s`
      return isWrong ? [{ line: parts[0]?.line, segment: segmentName(segment), expected, got }] : []
    })
  },
}

const skipUnasked: Rule<MediaPlaylist> = {
  id: 'skip-unasked',
  severity: 'error',
  section: 'bis 6.2.5.1',
  check: (playlist) => {
    const skip = firstNamed(playlist, 'EXT-X-SKIP')
    if (skip === undefined) return []
    return [{ line: skip.line, expected: 'all segments, when no delta was asked for', got: skip.value ?? '' }]
  },
}

/** The rules of low latency, rfc8216bis. */
export const lowLatencyRules: readonly Rule<MediaPlaylist>[] = [
  partInfMissing,
  partTooLong,
  partTooShort,
  holdBack,
  partHoldBack,
  partHoldBackTight,
  skipUntil,
  blockReload,
  preloadHint,
  preloadHintMissing,
  renditionReport,
  tagsBeforeParts,
  partsSum,
  skipUnasked,
]
