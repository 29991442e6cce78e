import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runClient } from '../lab/test-support/run-client.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { needsGstBindings, PYTHON } from './test-support/gst-server.ts'
import { makePackageClip } from './test-support/package-clip.ts'

const clip = makePackageClip() // 6 s, a keyframe each 2 s
const client = join(import.meta.dirname, 'test-support/gst-reverse-client.py')

type Pictures = readonly (readonly [sha1: string, atSeconds: number | null])[]

for (const transport of ['udp', 'tcp'] as const) {
  test.concurrent(`GStreamer plays backwards over ${transport} what a seek of rate -2 asks for, to the goodbye`, async (context) => {
    needsGstBindings(context, 'GstSdp')
    const { url } = await startClipRelay(context, clip)
    const run = await runClient(PYTHON, [client, url, transport, '4.5', '-2'], { timeoutMs: 60_000 })
    const { forward, backward, complaints } = JSON.parse(run.stdout) as {
      readonly forward: Pictures
      readonly backward: Pictures
      readonly complaints: readonly string[]
    }
    expect(complaints).toEqual([])
    const keyframes = [0, 50, 100].map((frame) => forward[frame]?.[0])
    expect(backward.map(([sha1]) => sha1)).toEqual(keyframes.toReversed())
  })
}
