import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWeir, type WeirProcess } from '../lab/test-support/weir-process.ts'
import type { Benchmark } from './benchmark.ts'
import { makeHttpLibrary, type HttpLibrary } from './http-library.ts'
import { cpuTicks, TICKS_PER_SECOND } from '../lab/process-figures.ts'

const SEGMENTS = 120 // 192 MB: more than is held in memory
const SEGMENT_BYTES = 1_600_000
const REQUESTS = 480
const CONNECTIONS = 4
const encrypting = { WEIR_HLS_SECRET: 'a-secret-of-the-benchmark', WEIR_ENCRYPT_HLS: 'true' }

type Served = { readonly weir: WeirProcess; readonly library: HttpLibrary }

let folder = ''
let clear: Served
let encrypted: Served

async function serve(name: string, env: NodeJS.ProcessEnv): Promise<Served> {
  const library = makeHttpLibrary(join(folder, name), SEGMENTS, SEGMENT_BYTES)
  return { library, weir: await startWeir({ mediaFolder: library.mediaFolder, env }) }
}

/** Milliseconds of the server's CPU a segment; one is asked for again and again, or each in turn. */
async function cost({ weir: { url, pid }, library }: Served, segments: number): Promise<number> {
  const fetchAll = async (requests: number): Promise<void> => {
    let next = 0
    const client = async (): Promise<void> => {
      for (let request = next++; request < requests; request = next++) {
        const answer = await fetch(url + library.segmentPath(request % segments))
        const { byteLength } = await answer.arrayBuffer()
        if (byteLength < SEGMENT_BYTES) throw new Error(`${answer.status}, ${byteLength} bytes`)
      }
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, client))
  }
  await fetchAll(2 * CONNECTIONS)
  const before = cpuTicks(pid)
  await fetchAll(REQUESTS)
  return ((cpuTicks(pid) - before) / TICKS_PER_SECOND / REQUESTS) * 1000 // s to ms
}

export default {
  title: `A segment of ${SEGMENT_BYTES / 1e6} MB, clear and encrypted by AES-128: the server's CPU`,
  unit: 'ms a segment',
  sides: {
    'clear, from memory': () => cost(clear, 1),
    'encrypted, from memory': () => cost(encrypted, 1),
    'clear, from the disk': () => cost(clear, SEGMENTS),
    'encrypted, from the disk': () => cost(encrypted, SEGMENTS),
  },
  async prepare() {
    folder = mkdtempSync(join(tmpdir(), 'weir-bench-encrypted-'))
    clear = await serve('clear', {})
    encrypted = await serve('encrypted', encrypting)
  },
  async finish() {
    await clear.weir.stop()
    await encrypted.weir.stop()
    rmSync(folder, { recursive: true, force: true })
  },
} satisfies Benchmark
