import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import type { FallbackTry } from '../stream/fallback.ts'
import { needs } from './test-support/clients.ts'
import { matrix } from './test-support/long-run.ts'
import { runClient } from './test-support/run-client.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { weirProgram } from './test-support/weir-process.ts'

let clip: ServedClip | undefined
beforeAll(async () => void (clip = await ServedClip.start({ seconds: 4, keyframeFrames: 50 })))
afterAll(() => clip?.stop())

type Case = {
  readonly blocked: string
  readonly network: string
  readonly left: readonly (readonly [way: FallbackTry['way'], because: FallbackTry['leftBecause']])[]
  readonly pictureWithinMs: number
}

const line = 'downlink: { rateBitsPerSecond: 10000000, oneWayDelayMs: 25 }\nuplink: { oneWayDelayMs: 25 }\n'
const cases: [Case, ...Case[]] = [
  {
    blocked: 'UDP and RTSP',
    network: `${line}udpBlocked: true\nrtspBlocked: true\n`,
    left: [
      ['rtp-udp', 'no-answer'],
      ['rtp-tcp', 'no-answer'],
      ['hls', undefined],
    ],
    pictureWithinMs: 4000,
  },
  {
    blocked: 'UDP',
    network: `${line}udpBlocked: true\n`,
    left: [
      ['rtp-udp', 'no-packets'],
      ['rtp-tcp', undefined],
    ],
    pictureWithinMs: 2000,
  },
]

for (const { blocked, network, left, pictureWithinMs } of matrix(cases)) {
  test(`weir watch has a picture within ${pictureWithinMs} ms where a firewall blocks ${blocked}`, async (context) => {
    const { weir, videoId } = served(context)
    const folder = temporaryFolder(context)
    writeFileSync(join(folder, 'firewall.yaml'), network)
    const hls = `${weir.url}/hls/${videoId}/master.m3u8`
    const link = ['--origin', weir.url, '--network', './firewall.yaml']
    const args = [`${weir.rtspUrl}/${videoId}`, ...link, '--else', hls, '--for', '2s', '--json']
    const run = await runClient(process.execPath, [...weirProgram(), 'watch', ...args], {
      timeoutMs: 60_000,
      cwd: folder,
      env: { INIT_CWD: folder },
    })
    expect(run.status, run.stderr).toBe(0)
    const { tries } = JSON.parse(run.stdout) as { readonly tries: readonly FallbackTry[] }
    expect(tries.map(({ way, leftBecause }) => [way, leftBecause])).toEqual(left)
    expect(tries.at(-1)?.pictureMs).toBeLessThan(pictureWithinMs)
  })
}

function served(context: TestContext): ServedClip {
  if (clip !== undefined) return clip
  needs(context, 'ffmpeg') // which skips the test
  throw new Error('there is ffmpeg, and no clip')
}
