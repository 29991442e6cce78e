import type { Finding, Severity } from '../finding.ts'
import { judgePlaylist } from '../judge.ts'
import { readPlaylist } from '../playlist-reader.ts'

/** The findings of one playlist's text. */
export function findingsOf(text: string): Finding[] {
  return judgePlaylist(readPlaylist(new TextEncoder().encode(text)), 'index.m3u8')
}

/** The rules that findings of a severity name, each once, in alphabetical order. */
export function rulesOf(findings: readonly Finding[], wanted: Severity = 'error'): string[] {
  return [...new Set(findings.filter(({ severity }) => severity === wanted).map(({ rule }) => rule))].sort()
}
