import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BufferSource, EncodedPacketSink, Input, MPEG_TS } from 'mediabunny'
import { findClient } from '../lab/test-support/clients.ts'
import { demuxMpegTs } from '../protocol/mpeg-ts-demuxer.ts'
import type { Benchmark } from './benchmark.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-demux-'))
const file = join(folder, 'segment.ts')
let segment: Uint8Array<ArrayBuffer> = new Uint8Array(0)

/** A segment of four seconds at 1080p30 and some 20 Mbit/s, with sound. */
function makeSegment(): void {
  const ffmpeg = findClient('ffmpeg')
  if (ffmpeg === undefined) throw new Error('this benchmark needs ffmpeg')
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=1920x1080:rate=30,noise=alls=20:allf=t']
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000']
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '20M', '-g', '60', '-pix_fmt', 'yuv420p']
  execFileSync(ffmpeg, ['-loglevel', 'error', ...picture, ...sound, '-t', '4', ...video, '-c:a', 'aac', file])
  segment = new Uint8Array(readFileSync(file))
}

function countByWeir(): number {
  const { ok, ...rest } = demuxMpegTs(segment)
  if (!ok || !('value' in rest)) throw new Error('the segment does not demux')
  return rest.value.video.length + rest.value.audio.length
}

async function countByMediabunny(): Promise<number> {
  const input = new Input({ formats: [MPEG_TS], source: new BufferSource(segment) })
  let count = 0
  for (const track of await input.getTracks()) {
    for await (const packet of new EncodedPacketSink(track).packets()) count += packet.byteLength > 0 ? 1 : 0
  }
  return count
}

async function megabytesPerSecond(count: () => number | Promise<number>): Promise<number> {
  const startMs = performance.now()
  await count()
  return segment.length / 1e6 / ((performance.now() - startMs) / 1000)
}

export default {
  title: 'A segment of 1080p30 at 20 Mbit/s, demuxed into access units',
  unit: 'MB/s',
  sides: {
    'protocol/mpeg-ts-demuxer': () => megabytesPerSecond(countByWeir),
    'mediabunny 1.61.0': () => megabytesPerSecond(countByMediabunny),
  },
  bounds: [{ side: 'protocol/mpeg-ts-demuxer', is: 'at least', limit: 1, than: 'mediabunny 1.61.0' }],
  prepare: async () => {
    makeSegment()
    const [ours, theirs] = [countByWeir(), await countByMediabunny()]
    if (ours !== theirs) throw new Error(`${ours} access units by Weir, ${theirs} by mediabunny`)
  },
  finish: () => rm(folder, { recursive: true, force: true }),
} satisfies Benchmark
