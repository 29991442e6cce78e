import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inRoot } from '../build/places.mjs'
import { trackChild } from '../lab/test-support/child-processes.ts'
import { median, type Report } from './benchmark.ts'
import { cpuTicks, TICKS_PER_SECOND } from '../lab/process-figures.ts'

const JOBS = 2
const WATCHED_SECONDS = 120
/** On every network HLS with one variant and RTP over UDP, of a modelled video of 5 Mbit/s. */
const GRID = ['--rate', '4M,6M,8M,12M,20M', '--loss', '0,0.2%,0.5%,1%,2%', '--delay', '10,40', '--seeds', '20']
const RUNS = 5 * 5 * 2 * 20
const MOST_SECONDS = 90
const MOST_GROWTH_MEGABYTES = 100
const SAMPLE_MS = 250
const GIVE_UP_MS = 600_000

type Sample = { readonly atMs: number; readonly megabytes: number; readonly cpuSeconds: number }

/** A whole sweep as a person would start it, from its start to its last file. */
async function measuredSweep(out: string): Promise<{ readonly seconds: number; readonly samples: readonly Sample[] }> {
  const flags = ['--for', String(WATCHED_SECONDS), '--bitrate', '5M', '--jobs', String(JOBS), '--out', out]
  const args = [inRoot('dist/weir.js'), 'lab', 'sweep', ...GRID, ...flags]
  const startMs = performance.now()
  const child = trackChild(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }))
  const samples: Sample[] = []
  const ended = once(child, 'exit')
  while (child.exitCode === null && child.signalCode === null) {
    const atMs = performance.now() - startMs
    if (atMs > GIVE_UP_MS) child.kill('SIGKILL')
    const sample = sampleOf(child.pid ?? 0, atMs)
    if (sample !== undefined) samples.push(sample)
    await Promise.race([ended, sleep(SAMPLE_MS)])
  }
  if (child.exitCode !== 0) throw new Error(`weir lab sweep ended with ${child.exitCode ?? child.signalCode}`)
  return { seconds: (performance.now() - startMs) / 1000, samples }
}

/** What the process holds, proc(5): its threads, too. */
function sampleOf(pid: number, atMs: number): Sample | undefined {
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : ''
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
  if (kibibytes === undefined) return undefined // it has ended
  return { atMs, megabytes: (Number(kibibytes) * 1024) / 1e6, cpuSeconds: cpuTicks(pid) / TICKS_PER_SECOND }
}

/** The median of what was held from one share of the time to another: a collector comes when it likes. */
function heldBetween(samples: readonly Sample[], from: number, to: number): number {
  const endMs = samples.at(-1)?.atMs ?? 0
  return median(
    samples.flatMap(({ atMs, megabytes }) => (atMs >= from * endMs && atMs <= to * endMs ? [megabytes] : [])),
  )
}

export default {
  report: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
    try {
      const out = join(folder, 'sweep')
      const { seconds, samples } = await measuredSweep(out)
      const { runs } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as { readonly runs: unknown[] }
      if (runs.length !== RUNS) throw new Error(`${runs.length} of ${RUNS} runs came out`)
      const resultMegabytes = statSync(join(out, 'results.json')).size / 1e6
      const [early, late] = [heldBetween(samples, 0.2, 0.4), heldBetween(samples, 0.75, 0.95)]
      const most = Math.max(...samples.map(({ megabytes }) => megabytes))
      const isFast = seconds <= MOST_SECONDS
      const isFlat = late - early <= MOST_GROWTH_MEGABYTES
      const word = (holds: boolean): string => (holds ? 'met' : 'NOT MET')
      const perRun = ((samples.at(-1)?.cpuSeconds ?? NaN) * 1000) / RUNS
      const text = [
        `## A sweep: ${RUNS} comparisons of ${WATCHED_SECONDS} s, HLS and UDP, a modelled video of 5 Mbit/s, ${JOBS} workers`,
        '',
        '| what | came out | bound |',
        '|---|---|---|',
        `| from the start of \`weir lab sweep\` to its last file | ${seconds.toFixed(1)} s, ${(RUNS / seconds).toFixed(1)} comparisons a second | at most ${MOST_SECONDS} s: ${word(isFast)} |`,
        `| CPU time | ${perRun.toFixed(0)} ms a comparison, all threads: ${((RUNS * WATCHED_SECONDS) / (samples.at(-1)?.cpuSeconds ?? NaN)).toFixed(0)} s of video a second of CPU | |`,
        `| memory of the process and its workers | ${early.toFixed(0)} MB after a fifth of the time, ${late.toFixed(0)} MB at its end; the most: ${most.toFixed(0)} MB | growth at most ${MOST_GROWTH_MEGABYTES} MB: ${word(isFlat)} |`,
        `| \`results.json\` | ${resultMegabytes.toFixed(1)} MB | |`,
        '',
      ].join('\n')
      return { text, holds: isFast && isFlat }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
} satisfies Report
