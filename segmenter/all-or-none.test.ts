import { expect, test } from 'vitest'
import { allOrNone } from './all-or-none.ts'

/** Ends with the signal's reason, a little later. */
function untilAborted(signal: AbortSignal, ended: string[]): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => setImmediate(() => (ended.push('slow'), reject(signal.reason as Error))))
  })
}

test('allOrNone gives what each task gave', async () =>
  expect(await allOrNone(undefined, [async () => 1, async () => 'two'])).toEqual([1, 'two']))

test('allOrNone ends the others when one fails, waits for them, and tells the first failure', async () => {
  const ended: string[] = []
  const failing = allOrNone(undefined, [
    (signal) => untilAborted(signal, ended),
    async () => {
      throw new Error('first')
    },
  ])
  await expect(failing).rejects.toThrow('first')
  expect(ended).toEqual(['slow'])
})

test('allOrNone ends all by the signal, with its reason', async () => {
  const stop = new AbortController()
  const ended: string[] = []
  const running = allOrNone(stop.signal, [(signal) => untilAborted(signal, ended)])
  stop.abort(new Error('cancelled'))
  await expect(running).rejects.toThrow('cancelled')
  expect(ended).toEqual(['slow'])
})
