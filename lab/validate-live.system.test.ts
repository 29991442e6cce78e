import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { makeClip } from '../server/test-support/clips.ts'
import { needs } from './test-support/clients.ts'
import { inLongRun } from './test-support/long-run.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { weirProgram } from './test-support/weir-process.ts'
import { livePlanOf, validateLive, validateRuns } from './validate-live.ts'

test('virtual time and real sockets lose the same packets, and are within their bounds wherever the machine keeps up', async (context) => {
  needs(context, 'ffmpeg')
  const clip = makeClip(context, temporaryFolder(context), { seconds: 4, keyframeFrames: 50 })
  const validation = await validateLive(livePlanOf({ quick: true, clipSeconds: 4, tries: 1 }), {
    source: { kind: 'file', path: clip },
    signal: new AbortController().signal,
    program: weirProgram(),
  })
  expect(validation.cells.map(({ network, seed }) => [network, seed])).toEqual([
    ['hotel-wifi', 1],
    ['lossy', 1],
    ['slow', 1],
  ])
  const checks = validation.cells.flatMap((cell) => cell.checks)
  const ofPackets = checks.filter(({ unit }) => unit === 'packets')
  expect(ofPackets.filter(({ holds }) => !holds)).toEqual([])
  expect(ofPackets.filter(({ what }) => what === 'lost').length).toBe(3)
  const counted = validation.cells.filter(({ restless }) => restless === undefined)
  expect(counted.flatMap((cell) => cell.checks).filter(({ holds }) => !holds)).toEqual([])
})

if (inLongRun) {
  test('where one run cannot be made the others end at once, and what was wrong is told', async (context) => {
    const clip = makeClip(context, temporaryFolder(context), { seconds: 4, keyframeFrames: 50 })
    const common = { network: 'line', profile: { seed: 1, downlink: {} }, axes: {}, seed: 1 }
    const good = { ...common, index: 0, sides: [{ name: 'ours', spec: { kind: 'hls', abr: 'fixed' } }] } as const
    const spec = { kind: 'hls', abr: 'bola', player: 'hls.js' } as const
    const bad = { ...common, index: 1, sides: [{ name: 'theirs', spec }] }
    const options = {
      source: { kind: 'file', path: clip },
      signal: new AbortController().signal,
      program: weirProgram(),
    } as const
    const validating = validateRuns([good, bad], { seconds: 600, parallel: 2, tries: 1 }, options)
    await expect(validating).rejects.toThrow('side theirs: player hls.js has its own rule')
  })

  test('weir lab validate live is within its bounds on every network', () => {
    const args = [...weirProgram(), 'lab', 'validate', 'live', '--browser', '--parallel', '1', '--json']
    const told = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1e8 })
    expect(JSON.parse(told)).toMatchObject({ holds: true })
  })
}
