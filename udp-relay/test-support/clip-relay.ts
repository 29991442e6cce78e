import pino from 'pino'
import type { TestContext } from 'vitest'
import { startRelay, type RelayOptions, type RunningRelay } from '../relay.ts'
import { SegmentCache } from '../segment-cache.ts'
import { presentationOf, type PackageClip } from './package-clip.ts'

export type ClipRelay = RunningRelay & { readonly url: string; readonly log: readonly Record<string, unknown>[] }

/** The relay on free ports of 127.0.0.1, with the one video `clip`; it ends with the test. `log` is what it logged. */
export async function startClipRelay(
  context: Pick<TestContext, 'onTestFinished'>,
  clip: PackageClip,
  changes: Partial<RelayOptions> = {},
): Promise<ClipRelay> {
  const log: Record<string, unknown>[] = []
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(JSON.parse(line)) })
  const relay = await startRelay({
    source: {
      async open(id, variant) {
        const isKnown = id === 'clip' && (variant === undefined || variant === clip.outline.variant)
        return isKnown ? presentationOf(clip) : undefined
      },
    },
    segments: new SegmentCache({ maxBytes: 10_000_000 }),
    host: '127.0.0.1',
    rtspPort: 0,
    rtpPort: 0,
    logger,
    ...changes,
  })
  context.onTestFinished(() => relay.close())
  return { ...relay, url: `rtsp://127.0.0.1:${relay.rtspPort}/clip`, log }
}
