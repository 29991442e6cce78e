import type { Outline } from '../protocol/outline.ts'
import type { SideSpec } from '../simulation/experiment.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { HlsClient } from './hls-client.ts'
import { HttpGetter } from './http-get.ts'

export type LiveHlsOptions = {
  readonly url: URL // of the multivariant playlist, through the side's link
  readonly spec: SideSpec & { readonly kind: 'hls' }
  readonly variant: string | undefined // of `fixed`
  readonly outlines: ReadonlyMap<string, Outline>
  readonly durationMs: number
  readonly userAgent: string
  readonly signal: AbortSignal
  readonly tell: (event: ViewerEvent) => void
}

/** Watches HLS with our own client, from the wish to play on, and says whether all was seen. */
export async function watchHls(options: LiveHlsOptions): Promise<{ readonly hasEnded: boolean }> {
  const { url, spec, variant, outlines, durationMs, userAgent, signal, tell } = options
  const getter = new HttpGetter({ userAgent })
  const lists = new HttpGetter({ userAgent })
  try {
    const client = new HlsClient({
      url,
      getter,
      lists,
      abr: spec.abr,
      ladder: spec.abr === 'fixed' && variant !== undefined ? [variant] : spec.ladder,
      maxBufferSeconds: spec.maxBufferSeconds,
      forMs: durationMs,
      signal,
      tell,
      knownOf: ({ name }) => Promise.resolve(outlines.get(name)),
    })
    const { reason } = await client.watch()
    return { hasEnded: reason === 'complete' }
  } finally {
    getter.close()
    lists.close()
  }
}
