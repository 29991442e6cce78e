import type { Fault, Rule, Severity } from './finding.ts'
import { segmentPlace, type ReadProblem, type Rendition } from './rendition.ts'
import type { ByteRuleId } from './segment-facts.ts'

/** Severity and section of what a segment's bytes say by themselves. */
const table: Readonly<Record<ByteRuleId, readonly [Severity, string]>> = {
  format: ['error', '3'],
  'ts-sync': ['error', '3.2; ISO/IEC 13818-1 2.4.3.2'],
  'ts-size': ['error', '3.2; ISO/IEC 13818-1 2.4.3'],
  'ts-tables': ['error', '3.2'],
  'ts-programs': ['error', '3.2'],
  'ts-continuity': ['error', 'ISO/IEC 13818-1 2.4.3.3'],
  'ts-pes': ['warning', 'ISO/IEC 13818-1 2.7.4'],
  'pcr-missing': ['error', 'ISO/IEC 13818-1 2.7.2'],
  'pcr-interval': ['warning', 'ISO/IEC 13818-1 2.7.2'],
  'pcr-jump': ['error', 'ISO/IEC 13818-1 2.7.2, 2.4.3.5'],
  'pcr-late': ['warning', 'ISO/IEC 13818-1 2.4.2.3'],
  'mp4-boxes': ['error', '3.3'],
  'mp4-tfdt': ['error', '3.3'],
  'mp4-init': ['error', '3.3'],
  'mp4-map': ['error', '3.3, 4.3.2.5'],
  webvtt: ['error', '3.5'],
  'packed-audio': ['error', '3.4'],
}

const byteRules = Object.entries(table).map(([id, [severity, section]]): Rule<Rendition> => ({
  id,
  severity,
  section,
  check: ({ segments }) =>
    segments.flatMap((read) =>
      (read.facts?.faults ?? [])
        .filter(({ rule }) => rule === id)
        .map(({ expected, got }) => ({ ...segmentPlace(read), expected, got })),
    ),
}))

const problems: Readonly<Record<ReadProblem['rule'], readonly [Severity, string]>> = {
  resource: ['error', '4.3.2.1, 6.2.1'],
  'byte-range': ['error', '4.3.2.2'],
  'key-resource': ['error', '5, 4.3.2.4'],
  'key-refused': ['note', '5, 6.2.3'], // others get it; then nothing is known of its segments
  decrypt: ['error', '4.3.2.4, 5.2'],
}

const resourceRules = Object.entries(problems).map(([id, [severity, section]]): Rule<Rendition> => ({
  id,
  severity,
  section,
  check: ({ segments }) => {
    const faults = segments.flatMap((read) =>
      read.problems
        .filter(({ rule }) => rule === id)
        .map(({ expected, got }) => ({ ...segmentPlace(read), expected, got })),
    )
    return id === 'key-refused' ? firstOfEach(faults) : faults
  },
}))

/** A key is of many segments. */
function firstOfEach(faults: readonly Fault[]): Fault[] {
  return faults.filter(({ got }, index) => faults.findIndex((other) => other.got === got) === index)
}

/** What came when a segment was read, and what its bytes are. */
export const segmentRules: readonly Rule<Rendition>[] = [...resourceRules, ...byteRules]
