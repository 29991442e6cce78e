import pino from 'pino'
import type { TestContext } from 'vitest'
import { LivePresentations } from '../live-presentations.ts'
import type { PresentationSource } from '../presentation-source.ts'
import { startRelay, type RelayOptions, type RunningRelay } from '../relay.ts'
import { SegmentCache } from '../segment-cache.ts'
import { presentationOf, type PackageClip } from './package-clip.ts'

export type ClipRelay = RunningRelay & { readonly url: string; readonly log: readonly Record<string, unknown>[] }

export type ClipRelayChanges = Partial<Omit<RelayOptions, 'source'>> & { readonly source?: PresentationSource }

/** The relay on free ports of 127.0.0.1, with the one video `clip`; it ends with the test. `log` is what it logged. */
export async function startClipRelay(
  context: Pick<TestContext, 'onTestFinished'>,
  clip: PackageClip,
  { source, ...changes }: ClipRelayChanges = {},
): Promise<ClipRelay> {
  const log: Record<string, unknown>[] = []
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(JSON.parse(line)) })
  const relay = await startRelay({
    source: source instanceof LivePresentations ? source : new LivePresentations(source ?? sourceOf(clip)),
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

function sourceOf(clip: PackageClip): PresentationSource {
  return {
    async open(id, variant) {
      const isKnown = id === 'clip' && (variant === undefined || variant === clip.outline.variant)
      return isKnown ? presentationOf(clip) : undefined
    },
  }
}
