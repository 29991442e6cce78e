import type { ProfileRead } from '../link/profile.ts'
import { readTrace } from '../link/traces.ts'
import { rateWords } from './words.ts'

/** Loaded when somebody brings a file: reading one needs a schema that nobody else on the page does. */

/** What a link takes in one request (server/routes/links.ts), less room for the rest of the profile. */
const MOST_BYTES = 950_000

/** Reads a trace file in any of the three formats of link/traces.ts; the problems are for people. */
export async function readTraceFile(file: File): Promise<ProfileRead> {
  if (file.size > 8 * MOST_BYTES) return tooLarge(file.size)
  const read = readTrace(await file.text())
  if (!read.ok) return read
  const sizeBytes = JSON.stringify(read.profile.downlink.trace).length
  return sizeBytes > MOST_BYTES ? tooLarge(sizeBytes) : read
}

function tooLarge(sizeBytes: number): ProfileRead {
  return {
    ok: false,
    problems: [rateWords.tooLarge(sizeBytes, MOST_BYTES)],
  }
}
