import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Publishing } from './publishing.ts'

const never = new AbortController().signal

test('Publishing does one step at a time, and one more for all that came due meanwhile', async () => {
  const steps: string[] = []
  const publishing = new Publishing(never, async () => {
    steps.push('begins')
    await turn()
    steps.push('ends')
  })
  for (let count = 0; count < 5; count++) publishing.due()
  await publishing.during(new Promise<never>((_, reject) => setImmediate(reject))).catch(() => {})
  expect(steps).toEqual(['begins', 'ends', 'begins', 'ends'])
})

test('Publishing ends the command when a step fails, and does no other', async () => {
  let steps = 0
  const publishing = new Publishing(never, async () => {
    steps += 1
    throw new Error('no place')
  })
  const command = new Promise<void>((_, reject) => {
    publishing.signal.addEventListener('abort', () => reject(publishing.signal.reason as Error))
  })
  publishing.due()
  await expect(publishing.during(command)).rejects.toThrow('no place')
  publishing.due()
  await turn()
  expect(steps).toBe(1)
})

test('Publishing does the last step after the command', async () => {
  let ended = false
  const seen: boolean[] = []
  const publishing = new Publishing(never, async () => void seen.push(ended))
  await publishing.during(
    turn().then(() => {
      ended = true
    }),
  )
  expect(seen).toEqual([true])
})
