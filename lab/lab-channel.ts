import { setTimeout as delay } from 'node:timers/promises'
import type { Channel, Video } from '../protocol/weir-api.ts'
import { BadSource } from './bad-source.ts'
import type { LiveServer } from './live-server.ts'

/** A video that a server of the lab's plays as a channel, again and again. */
export type LabChannel = {
  readonly id: string
  readonly variant: string // over RTP
  readonly bitsPerSecond: number
  close(): Promise<void>
}

const BEGIN_MS = 30_000
const POLL_MS = 200

/** Makes it, and waits until it can be watched each way. Rejects with BadSource where the server refuses it, with the signal's reason. */
export async function openLabChannel({ url }: LiveServer, videoId: string, signal: AbortSignal): Promise<LabChannel> {
  const made = await fetch(`${url}/api/channels`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ loop: videoId }),
    signal,
  })
  if (!made.ok) throw new BadSource(`the video cannot be a channel: ${await made.text()}`)
  const { id } = (await made.json()) as Channel
  const close = async (): Promise<void> => void (await fetch(`${url}/api/channels/${id}`, { method: 'DELETE' }))
  try {
    const { name, bandwidthBitsPerSecond } = await begun(url, id, signal)
    return { id, variant: name, bitsPerSecond: bandwidthBitsPerSecond, close }
  } catch (error) {
    await close().catch(() => undefined) // the server may have gone
    throw error
  }
}

/** Once it has a variant and its first segment is whole: the server holds that list until then. */
async function begun(url: string, id: string, signal: AbortSignal): Promise<Video['variants'][number]> {
  const untilMs = performance.now() + BEGIN_MS
  while (performance.now() < untilMs) {
    const answer = await fetch(`${url}/api/videos/${id}`, { signal })
    const [variant] = answer.ok ? ((await answer.json()) as Video).variants : []
    if (variant !== undefined) {
      const list = await fetch(`${url}/hls/${id}/low-latency/index.m3u8`, { signal })
      await list.arrayBuffer()
      if (list.ok) return variant
    }
    await delay(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
  throw new BadSource(`the channel did not begin within ${BEGIN_MS / 1000} s`)
}
