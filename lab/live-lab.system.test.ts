import { readdirSync } from 'node:fs'
import { expect, test, vi, type TestContext } from 'vitest'
import { makeClip } from '../server/test-support/clips.ts'
import { runExperiment, type NamedSide } from '../simulation/experiment.ts'
import type { PlannedRun } from '../simulation/scenario.ts'
import type { RunEvent, ViewerSide } from '../stream/record.ts'
import { RunMeasuresFold } from '../stream/run-measures.ts'
import { openLiveLab, type LiveLabOptions } from './live-lab.ts'
import { putIntoLibrary } from './live-library.ts'
import { needs } from './test-support/clients.ts'
import { processesWith } from './test-support/processes-with.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { weirProgram } from './test-support/weir-process.ts'
import { inLongRun } from './test-support/long-run.ts'

const loss = { kind: 'bad-moments', lossRatio: 0.02, meanBurstMs: 40 } as const
const sides: readonly NamedSide[] = [
  { name: 'fixed', spec: { kind: 'hls', abr: 'fixed' } },
  { name: 'rule', spec: { kind: 'hls', abr: 'throughput' } },
  { name: 'raw', spec: { kind: 'udp', repair: 'off' } },
  { name: 'repaired', spec: { kind: 'udp', repair: 'rtx', jitterBufferMs: 600 } },
  { name: 'interleaved', spec: { kind: 'rtp-over-tcp', jitterBufferMs: 1000 } },
]
const planned: PlannedRun = {
  index: 3,
  network: 'lossy',
  profile: {
    seed: 7,
    downlink: { rateBitsPerSecond: 8_000_000, oneWayDelayMs: 20, loss },
    uplink: { oneWayDelayMs: 20 },
  },
  sides,
  axes: { lossRatio: 0.02 },
  seed: 7,
}

/** Where the lab puts its files, which are marked by this folder's name. */
function openFolder(context: TestContext): string {
  const folder = temporaryFolder(context)
  vi.stubEnv('TMPDIR', folder)
  context.onTestFinished(() => void vi.unstubAllEnvs())
  return folder
}

async function expectNothingLeft(folder: string): Promise<void> {
  expect(readdirSync(folder).filter((name) => name.startsWith('weir-lab-'))).toEqual([])
  await vi.waitFor(() => expect(processesWith(`${folder}/weir-lab-`)).toEqual([])) // what it started ends a little later
}

function labOptions(context: TestContext, seconds: number): LiveLabOptions {
  const clip = makeClip(context, temporaryFolder(context), { seconds, keyframeFrames: 50 })
  return {
    source: { kind: 'file', path: clip },
    durationSeconds: seconds + 4,
    signal: new AbortController().signal,
    tell: () => {},
    program: weirProgram(),
  }
}

if (inLongRun)
  test('a live run plays all sides at once, each over a link of its own, and measures them as a run of virtual time', async (context) => {
    needs(context, 'ffmpeg')
    const folder = openFolder(context)
    const events = new Map<string, RunEvent[]>(sides.map(({ name }) => [name, []]))
    const options = labOptions(context, 6)
    const lab = await openLiveLab({ ...options, tellEvent: (_run, side, event) => void events.get(side)?.push(event) })
    const { sides: live, ...run } = await lab.run(planned, options.signal)
    expect(run).toEqual({ index: 3, network: 'lossy', axes: { lossRatio: 0.02 }, seed: 7, mode: 'live' })
    expect(live.map(({ name, side, hasEnded }) => [name, side, hasEnded])).toEqual([
      ['fixed', 'hls', true],
      ['rule', 'hls', true],
      ['raw', 'udp', true],
      ['repaired', 'udp', true],
      ['interleaved', 'udp', true],
    ])
    const [fixed, , raw, repaired, interleaved] = live.map(({ measures }) => measures)
    const virtual = runExperiment({
      video: { title: 'clip', outlines: lab.outlines },
      sides: sides.slice(2, 3),
      profile: planned.profile,
      durationSeconds: options.durationSeconds,
      isSetUpApart: true,
    })
    expect([raw?.lostPackets, raw?.linkLostPackets]).toEqual([3, 3]) // as the seed has it
    expect(virtual[0]?.measures).toMatchObject({
      lostPackets: 3,
      linkLostPackets: 3,
      expectedPackets: raw?.expectedPackets,
    })
    expect([repaired?.lostPackets, interleaved?.lostPackets]).toEqual([0, 0])
    expect(fixed?.stallCount).toBe(0)
    expect(fixed?.startupMs).toBeGreaterThan(160) // a handshake and three answers over 40 ms
    for (const { name, side, measures } of live) {
      const told = ofRecord(events.get(name) ?? [], side)
      expect([name, told.startupMs, told.wireBytes]).toEqual([name, measures.startupMs, measures.wireBytes])
    }
    await lab.close()
    await expectNothingLeft(folder)
  })

/** What the record's reader would make of it. */
function ofRecord(events: readonly RunEvent[], side: ViewerSide) {
  const fold = new RunMeasuresFold({ frameIntervalMs: 40 })
  for (const event of events) fold.add(event)
  return fold.measures()[side]
}

test('an interrupted run ends at once, and leaves nothing behind', async (context) => {
  needs(context, 'ffmpeg')
  const folder = openFolder(context)
  const stop = new AbortController()
  const begun = vi.fn()
  const options = labOptions(context, 2)
  const lab = await openLiveLab({ ...options, tellEvent: (_run, _side, { kind }) => kind === 'frame-shown' && begun() })
  const running = lab.run(planned, stop.signal)
  await vi.waitFor(() => expect(begun).toHaveBeenCalled(), { timeout: 10_000 })
  stop.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
  await lab.close()
  await expectNothingLeft(folder)
})

test('the lab says what it cannot play live, before anything is begun', async (context) => {
  const options = { mediaFolder: temporaryFolder(context), signal: new AbortController().signal, tell: () => {} }
  const model = { kind: 'model', seconds: 8, variants: [] } as const
  await expect(putIntoLibrary(model, options)).rejects.toThrow(
    'a modelled source has nothing to play: live mode needs source.kind file, package or sample',
  )
  await expect(putIntoLibrary({ kind: 'package', path: '/none' }, options)).rejects.toThrow(
    'source.path must be a folder that weir segment has made, got /none (ENOENT)',
  )
})
