import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test, vi, type TestContext } from 'vitest'
import { trackChild } from './test-support/child-processes.ts'
import { inLongRun, matrix } from './test-support/long-run.ts'
import { processesWith } from './test-support/processes-with.ts'
import { repositoryFolder } from './test-support/shared-files.ts'
import { KernelLab, LabMissing } from './validate-lab.ts'
import { modelGoodputKbps, type BulkCell } from './validate-model.ts'

const line: BulkCell = { congestionControl: 'reno', rateBitsPerSecond: 4e6, oneWayDelayMs: 20, flows: 1 }
const lossy: BulkCell = { ...line, loss: { kind: 'random', lossRatio: 0.02 }, flows: 2 }

/** All processes of the lab carry it, so that what is left behind can be found. */
const newMark = (): string => `WEIR_LAB_MARK=${randomUUID()}`

async function openLab(context: TestContext, mark = newMark()): Promise<KernelLab> {
  const [name = '', value = ''] = mark.split('=')
  try {
    const lab = await KernelLab.open({ ...process.env, [name]: value })
    context.onTestFinished(() => lab.close())
    return lab
  } catch (error) {
    if (!(error instanceof LabMissing)) throw error
    // Programs can be installed; what the kernel forbids cannot.
    if (process.env['WEIR_TEST_ALL'] === '1' && !error.message.includes('user namespaces')) throw error
    return context.skip(`the kernel's lab cannot be here: ${error.message}`)
  }
}

function startCommand(mark: string, ...args: readonly string[]): ChildProcess {
  const [name = '', value = ''] = mark.split('=')
  const program = ['--import', import.meta.resolve('tsx'), join(repositoryFolder, 'weir.ts')]
  return trackChild(
    spawn(process.execPath, [...program, 'lab', 'validate', 'kernel', ...args], {
      env: { ...process.env, [name]: value },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
}

test('KernelLab carries real TCP at the rate of the line, as many packets lost as the model loses', async (context) => {
  const lab = await openLab(context)
  expect(lab.facts.congestionControls).toContain('reno')
  const full = await lab.run(line, { seed: 1, seconds: 1 })
  expect(full).toMatchObject({ congestionControl: 'reno', segmentBytes: 1448 })
  expect(full.relay).toMatchObject({ lost: 0, overlooked: 0 })
  expect(full.goodputKbps / modelGoodputKbps(line, 1, 1000)).toBeCloseTo(1, 1)

  const thinned = await lab.run(lossy, { seed: 1, seconds: 1 })
  expect(thinned.handshakesMs).toHaveLength(2)
  expect(thinned.relay.lost).toBeGreaterThan(0)
  expect(thinned.retransmitted).toBeGreaterThanOrEqual(thinned.relay.lost - 2 * 3) // not of handshakes and last packets
})

test('KernelLab leaves no process behind when it is closed in the middle of a run', async (context) => {
  const mark = newMark()
  const lab = await openLab(context, mark)
  const run = lab.run(line, { seed: 1, seconds: 30 })
  const refused = expect(run).rejects.toThrow('the lab ended in a run')
  expect(processesWith(mark).length).toBeGreaterThanOrEqual(3)
  await lab.close()
  await refused
  await vi.waitFor(() => expect(processesWith(mark)).toEqual([]))
})

test("the kernel's lab says by name that user namespaces are off, with exit code 3", (context) => {
  const without = `echo 0 > /proc/sys/user/max_user_namespaces && exec python3 -B lab/kernel/line.py`
  const { status, stdout, error } = spawnSync('unshare', ['-Ur', 'sh', '-c', without], { cwd: repositoryFolder })
  if (error !== undefined || status === 1) return context.skip('no user namespace can be made here to be without one')
  expect(JSON.parse(stdout.toString())).toEqual({ missing: expect.stringContaining('user namespaces') as string })
  expect(status).toBe(3)
})

type End = readonly [signal: NodeJS.Signals, exit: readonly [code: number | null, signal: NodeJS.Signals | null]]

for (const [signal, exit] of matrix<End>([
  ['SIGINT', [130, null]],
  ['SIGTERM', [null, 'SIGTERM']],
  ['SIGKILL', [null, 'SIGKILL']],
])) {
  test(`weir lab validate kernel, ended by ${signal}, leaves nothing behind`, async (context) => {
    await (await openLab(context)).close() // else there is nothing to end
    const mark = newMark()
    const command = startCommand(mark, '--quick')
    await once(command.stdout as NodeJS.EventEmitter, 'data')
    expect(processesWith(mark).length).toBeGreaterThan(3)
    command.kill(signal)
    expect(await once(command, 'exit')).toEqual(exit)
    await vi.waitFor(() => expect(processesWith(mark)).toEqual([]))
  })
}

if (inLongRun) {
  test('weir lab validate kernel --quick holds the model against the kernel', async (context) => {
    await (await openLab(context)).close()
    const command = startCommand(newMark(), '--quick', '--json')
    let text = ''
    command.stdout?.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    const [exitCode] = (await once(command, 'close')) as [number]
    const validation = JSON.parse(text) as Awaited<ReturnType<typeof import('./validate-kernel.ts').validateKernel>>
    expect(validation.cells).toHaveLength(3)
    expect(validation.holds).toBe(exitCode === 0)
    expect(validation.meanErrorRatio).toBeLessThan(0.1) // a busy machine delays the relay; the bound itself is judged by hand
  })
}
