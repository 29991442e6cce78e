import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { endIfStillRunning, identifyProcess } from './processes.ts'

const onLinux = process.platform === 'linux'

test.runIf(onLinux)('endIfStillRunning ends the very process, and no other with its number', async () => {
  const child = spawn('sleep', ['60'])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  const identity = await identifyProcess(child.pid!)
  expect(identity?.command).toBe('sleep 60')
  expect(await endIfStillRunning({ ...identity!, startTicks: identity!.startTicks + 1 })).toBe(false)
  expect(await endIfStillRunning({ ...identity!, command: 'sleep 61' })).toBe(false)
  expect(child.exitCode).toBeNull()
  expect(await endIfStillRunning(identity!)).toBe(true)
  const [, signal] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
  expect(await endIfStillRunning(identity!)).toBe(false)
})

test('identifyProcess tells nothing of a process that is not there', async () => {
  expect(await identifyProcess(2 ** 30)).toBeUndefined()
})
