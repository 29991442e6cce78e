import type { Finding, Severity } from './finding.ts'
import type { LintResult } from './lint.ts'

const colours: Readonly<Record<Severity, string>> = { error: '\x1b[31m', warning: '\x1b[33m', note: '\x1b[36m' } // ECMA-48
const PLAIN = '\x1b[0m'

/** One line a finding: severity, place, what was expected and what came, the rule and its section. */
export function findingLine(finding: Finding, hasColour: boolean): string {
  const { severity, expected, got, rule, section } = finding
  const word = hasColour ? `${colours[severity]}${severity}${PLAIN}` : severity
  return `${word} ${placeText(finding)}: expected ${expected}, got ${got} [${rule}, ${sectionText(section)}]`
}

/** `240p/index.m3u8:9 (00001.ts)`. */
export function placeText({ place: { file, line, segment } }: Finding): string {
  return `${file}${line === undefined ? '' : `:${line}`}${segment === undefined ? '' : ` (${segment})`}`
}

/** A number alone is a section of RFC 8216. */
export function sectionText(section: string): string {
  return section.replace(/(^|, |; )(?=\d)/g, '$1RFC 8216 ').replace(/\bbis /g, 'rfc8216bis ')
}

export function countOf({ findings }: LintResult, wanted: Severity): number {
  return findings.filter(({ severity }) => severity === wanted).length
}

/** How much was read, and how much of it is wrong. */
export function summaryLine(result: LintResult): string {
  const { playlists, segments, segmentsLeftOut } = result
  const counts = (['error', 'warning', 'note'] as const).map((severity) => plural(countOf(result, severity), severity))
  const left = segmentsLeftOut === 0 ? '' : ` (${segmentsLeftOut} left out, see --max-segments)`
  return `${counts.join(', ')} in ${plural(playlists, 'playlist')} and ${plural(segments, 'segment')}${left}`
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
