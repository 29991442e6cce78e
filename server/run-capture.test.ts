import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { RunCapture, type CaptureLimits } from './run-capture.ts'

type Block = { readonly type: number; readonly capturedBytes: number; readonly originalBytes: number }

/** The blocks of a capture of `count` packets of 500 bytes. */
async function capture(context: TestContext, count: number, limits: CaptureLimits) {
  const path = join(temporaryFolder(context), 'capture.pcapng')
  const recording = new RunCapture({ path, rtpPort: 8000, startUnixMs: 1000, comment: 'a run', limits })
  for (let packet = 0; packet < count; packet += 1) {
    const bytes = new Uint8Array(500).fill(0x80)
    recording.add({ at: 'server', direction: 'down', kind: 'rtp', flow: 1, bytes, processMs: packet })
  }
  await recording.end()
  return blocksOf(await readFile(path))
}

function blocksOf(file: Buffer): readonly Block[] {
  const blocks: Block[] = []
  for (let at = 0; at < file.length; at += file.readUInt32LE(at + 4)) {
    const isPacket = file.readUInt32LE(at) === 6
    const [capturedBytes, originalBytes] = isPacket ? [file.readUInt32LE(at + 20), file.readUInt32LE(at + 24)] : [0, 0]
    blocks.push({ type: file.readUInt32LE(at), capturedBytes, originalBytes })
  }
  return blocks
}

test('RunCapture writes section, two interfaces, packets, and the counts at its end', async (context) => {
  const blocks = await capture(context, 2, { wholeBytes: 1e6, allBytes: 1e6 })
  expect(blocks.map(({ type }) => type)).toEqual([0x0a0d0d0a, 1, 1, 6, 6, 5, 5])
  expect(blocks[3]).toEqual({ type: 6, capturedBytes: 528, originalBytes: 528 })
})

test('RunCapture keeps the first packets whole, then headers, then counts only', async (context) => {
  const blocks = await capture(context, 40, { wholeBytes: 3000, allBytes: 4000 })
  const packets = blocks.filter(({ type }) => type === 6)
  const sizes = packets.map(({ capturedBytes }) => capturedBytes)
  expect([...new Set(sizes)]).toEqual([528, 40])
  expect(packets.every(({ originalBytes }) => originalBytes === 528)).toBe(true)
  expect(packets.length).toBeLessThan(40)
})
