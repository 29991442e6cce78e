import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { trackChild } from '../lab/test-support/child-processes.ts'
import { repositoryFolder } from '../lab/test-support/shared-files.ts'
import type { Benchmark } from './benchmark.ts'

const mediaFolder = mkdtempSync(join(tmpdir(), 'weir-bench-start-'))

/** From the command to the address printed, with everything built and installed. */
async function listeningSeconds(file: string, args: readonly string[]): Promise<number> {
  const ports = ['--port', '0', '--rtsp-port', '0', '--rtp-port', '0', '--media', mediaFolder, '--no-sample']
  const startMs = performance.now()
  const child = trackChild(
    spawn(file, [...args, ...ports], { cwd: repositoryFolder, stdio: ['ignore', 'pipe', 'inherit'], detached: true }),
  )
  let printed = ''
  for await (const text of child.stdout.setEncoding('utf8')) {
    printed += String(text)
    if (printed.includes('http://')) break
  }
  const seconds = (performance.now() - startMs) / 1000
  if (!printed.includes('http://')) throw new Error(`${file} ended before it listened`)
  const exited = once(child, 'exit')
  process.kill(-(child.pid ?? 0), 'SIGTERM') // npm, its shell and the server
  await exited
  return seconds
}

export default {
  title: 'A second `npm start` listens',
  unit: 's',
  sides: {
    'npm start': () => listeningSeconds('npm', ['start', '--']),
    'node dist/weir.js serve': () => listeningSeconds(process.execPath, ['dist/weir.js', 'serve']),
  },
  bounds: [{ side: 'npm start', is: 'at most', limit: 2 }],
  finish: () => rm(mediaFolder, { recursive: true, force: true }),
} satisfies Benchmark
