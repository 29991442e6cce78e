import type { TestContext } from 'vitest'
import { needs } from '../../lab/test-support/clients.ts'
import { findTools, type Tools } from '../tools.ts'

/** The machine's own ffmpeg and ffprobe; without them the test is skipped by name. */
export async function toolsFor(context: TestContext): Promise<Tools> {
  needs(context, 'ffmpeg')
  needs(context, 'ffprobe')
  return findTools(process.env)
}
