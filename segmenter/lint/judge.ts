import { alignmentRules, togetherRules } from './alignment-rules.ts'
import { segmentRules } from './byte-rules.ts'
import type { Collected } from './collect.ts'
import { dateRangeRules } from './date-range-rules.ts'
import { applyRules, type Finding, type Rule } from './finding.ts'
import { grammarRules } from './grammar-rules.ts'
import { groupRules } from './group-rules.ts'
import { httpRules } from './http-rules.ts'
import { iFrameRules } from './i-frame-rules.ts'
import { keyRules } from './key-rules.ts'
import { lowLatencyRules } from './low-latency-rules.ts'
import { mediaRules } from './media-rules.ts'
import { multivariantRules } from './multivariant-rules.ts'
import type { MediaPlaylist, Playlist } from './playlist.ts'
import { rateRules } from './rate-rules.ts'
import type { Member, Presentation } from './rendition.ts'
import { blockingRules, deltaRules, reloadRules } from './reload-rules.ts'
import { timelineRules } from './timeline-rules.ts'
import { variantRules } from './variant-rules.ts'
import { playlistRules } from './version-rules.ts'

/** What the rules find wrong with the text of one playlist. */
export function judgePlaylist(playlist: Playlist, file: string): Finding[] {
  return [
    ...applyRules(grammarRules, playlist, file),
    ...applyRules(playlistRules, playlist, file),
    ...(playlist.kind === 'media'
      ? applyRules(mediaPlaylistRules, playlist, file)
      : applyRules([...multivariantRules, ...groupRules], playlist, file)),
  ]
}

const mediaPlaylistRules: readonly Rule<MediaPlaylist>[] = [
  ...mediaRules,
  ...keyRules,
  ...dateRangeRules,
  ...lowLatencyRules,
]

const playlistResource: Rule<Collected['unreadPlaylists'][number]> = {
  id: 'playlist-resource',
  severity: 'error',
  section: '4.3.4.2, 6.2.1',
  check: ({ why }) => [{ expected: 'a playlist that can be read', got: why }],
}

/** What the rules find wrong with all that was read: errors first, then by file and line. */
export function judge(collected: Collected): Finding[] {
  const { presentation } = collected
  const ofRenditions = [
    ...collected.playlists.flatMap(({ playlist, file }) => judgePlaylist(playlist, file)),
    ...collected.renditions.flatMap((rendition) => [
      ...applyRules(segmentRules, rendition, rendition.file),
      ...applyRules(timelineRules, rendition, rendition.file),
      ...applyRules(iFrameRules, rendition, rendition.file),
    ]),
  ]
  return inOrder([
    ...collected.unreadPlaylists.flatMap((one) => applyRules([playlistResource], one, one.file)),
    ...ofRenditions,
    ...(presentation === undefined ? [] : judgePresentation(presentation, ofRenditions)),
    ...collected.reloads.flatMap((reload) => applyRules(reloadRules, reload, reload.file)),
    ...collected.deltas.flatMap((delta) => applyRules(deltaRules, delta, delta.file)),
    ...collected.blocking.flatMap((one) => applyRules(blockingRules, one, one.file)),
    ...collected.answers.flatMap(({ answer, file }) => applyRules(httpRules, answer, file)),
  ]).filter((finding, _, all) => !isConsequence(finding, all))
}

function judgePresentation(presentation: Presentation, known: readonly Finding[]): Finding[] {
  const doubtful = new Set(known.filter(({ rule }) => doubtfulTimes.includes(rule)).map(({ place }) => place.file))
  const trusted = (members: readonly Member[]): Member[] =>
    members.map(({ entry, rendition }) => ({
      entry,
      rendition: rendition !== undefined && doubtful.has(rendition.file) ? undefined : rendition,
    }))
  const { variants, media, file } = presentation
  const sound = { ...presentation, variants: trusted(variants), media: trusted(media) }
  return [
    ...applyRules([...variantRules, ...alignmentRules], presentation, file),
    ...applyRules([...rateRules, ...togetherRules], sound, file),
  ]
}

/** A list that has one of these does not say when its media are: what would follow from that is not told again. */
const doubtfulTimes: readonly string[] = [
  'attribute-missing',
  'byte-range',
  'byte-range-start',
  'extinf-drift',
  'extinf-measured',
  'format',
  'resource',
  'tag-value',
  'timestamp-jump',
  'ts-sync',
  'uri-tag',
]

/** With a line too many or too few all lines after it are about other media. */
function isConsequence({ rule, place }: Finding, all: readonly Finding[]): boolean {
  if (!['extinf-drift', 'extinf-measured', 'timestamp-jump'].includes(rule)) return false
  return all.some((other) => other.rule === 'uri-tag' && other.place.file === place.file)
}

const order = { error: 0, warning: 1, note: 2 } as const

/** The same fault of a reload is told once. */
function inOrder(findings: readonly Finding[]): Finding[] {
  const different = new Map(findings.map((finding) => [JSON.stringify(finding), finding]))
  return [...different.values()].sort(
    (a, b) =>
      order[a.severity] - order[b.severity] ||
      a.place.file.localeCompare(b.place.file) ||
      (a.place.line ?? 0) - (b.place.line ?? 0),
  )
}

/** Every rule, for those who list them. */
export const allRules: readonly Pick<Rule<never>, 'id' | 'severity' | 'section'>[] = [
  playlistResource,
  ...grammarRules,
  ...playlistRules,
  ...mediaPlaylistRules,
  ...multivariantRules,
  ...groupRules,
  ...segmentRules,
  ...timelineRules,
  ...iFrameRules,
  ...variantRules,
  ...rateRules,
  ...alignmentRules,
  ...togetherRules,
  ...reloadRules,
  ...deltaRules,
  ...blockingRules,
  ...httpRules,
]
