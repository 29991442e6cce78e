import { z } from 'zod'
import type { RunSummary } from '../protocol/weir-api.ts'
import { parseJson } from './json-text.ts'

const summarySchema = z.strictObject({
  id: z.string(),
  state: z.enum(['running', 'ended', 'cut-off']),
  endedBy: z.enum(['viewer', 'silence', 'link-gone', 'server-stopped', 'disk']).exactOptional(),
  video: z.string(),
  title: z.string(),
  link: z.string(),
  createdUnixMs: z.number(),
  endedUnixMs: z.number().exactOptional(),
  warning: z.string().exactOptional(),
})

/** A run as its `run.json` keeps it. */
export type StoredRun = Omit<RunSummary, 'sizeBytes'>

/** Reads a `run.json`; one that still says `running` was cut off with its server. undefined: it is none. */
export function readStoredRun(text: string): StoredRun | undefined {
  const read = summarySchema.safeParse(parseJson(text))
  if (!read.success) return undefined
  return read.data.state === 'running' ? { ...read.data, state: 'cut-off' } : read.data
}

export function writeStoredRun(run: StoredRun): string {
  return JSON.stringify(run, undefined, 2) + '\n'
}
