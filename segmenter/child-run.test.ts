import { expect, test } from 'vitest'
import { ChildFailed, runChild } from './child-run.ts'

const node = process.execPath
const patience = 'setInterval(() => {}, 1000)'

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('runChild gives what the child writes, characters of several bytes whole', async () => {
  expect(await runChild(node, ['-e', 'process.stdout.write("ä".repeat(100_000))'])).toBe('ä'.repeat(100_000))
})

test('runChild hands on descriptor 3, which no library of the child writes to', async () => {
  const told: string[] = []
  await runChild(node, ['-e', 'fs.writeSync(3, "half"); fs.writeSync(1, "noise")'], {
    onSideChannel: (text) => told.push(text),
    onStdout: () => {},
  })
  expect(told.join('')).toBe('half')
})

test('runChild rejects with the last line and the last 8 KiB of what a failing child complained', async () => {
  const script = 'console.error("x".repeat(20_000)); console.error("the reason"); process.exitCode = 7'
  const error: unknown = await runChild(node, ['-e', script]).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ChildFailed)
  expect((error as ChildFailed).message).toBe(`${node} ended with exit code 7: the reason`)
  expect((error as ChildFailed).stderrTail).toHaveLength(8192)
})

test('runChild rejects for a program that is not there', async () => {
  await expect(runChild('/nowhere/ffmpeg', [])).rejects.toMatchObject({ code: 'ENOENT' })
})

test('runChild starts nothing when the signal has come before', async () => {
  const pids: number[] = []
  const ended = runChild(node, ['-e', ''], { signal: AbortSignal.abort('early'), onProcess: (pid) => pids.push(pid) })
  await expect(ended).rejects.toBe('early')
  expect(pids).toEqual([])
})

test('runChild ends the child by SIGTERM, and rejects with the signal reason when it is gone', async () => {
  const stop = new AbortController()
  let pid = 0
  const ended = runChild(node, ['-e', `process.stdout.write("up"); ${patience}`], {
    signal: stop.signal,
    onProcess: (number) => (pid = number),
    onStdout: () => stop.abort('enough'),
  })
  await expect(ended).rejects.toBe('enough')
  expect(isRunning(pid)).toBe(false)
})

test('runChild ends a child that is deaf to SIGTERM by SIGKILL after 3 s', async () => {
  const stop = new AbortController()
  const deaf = `process.on("SIGTERM", () => {}); process.stdout.write("up"); ${patience}`
  let stoppedMs = 0
  const ended = runChild(node, ['-e', deaf], {
    signal: stop.signal,
    onStdout: () => {
      stoppedMs = performance.now()
      stop.abort('enough')
    },
  })
  await expect(ended).rejects.toBe('enough')
  expect(performance.now() - stoppedMs).toBeGreaterThanOrEqual(2990)
})
