import { expect, test } from 'vitest'
import type { FrameKind } from '../protocol/outline.ts'
import { judgeFrame, type ReferenceChain, type WholeSlices } from './reference-chain.ts'

const kinds: Record<string, FrameKind> = { I: 'idr', P: 'reference', b: 'disposable' }
const slices: Record<string, WholeSlices> = { '.': 'all', '/': 'some', x: 'none' }

/** `I. P/ bx`: kind and what came of it, a frame each; answers i(ntact), d(amaged), f(rozen). */
function states(frames: string): string {
  let chain: ReferenceChain<string> = { phase: 'waiting' }
  return frames
    .split(' ')
    .map((frame) => {
      const judged = judgeFrame(chain, kinds[frame[0] ?? ''] as FrameKind, slices[frame[1] ?? ''] as WholeSlices)
      chain = judged.chain
      return judged.state[0]
    })
    .join('')
}

const cases: [rule: string, frames: string, states: string][] = [
  ['shows all when nothing is lost', 'I. P. b. P. I. P.', 'iiiiii'],
  ['freezes until the first IDR', 'P. b. I. P.', 'ffii'],
  ['damages all after a cut reference until the next whole IDR', 'I. P/ b. P. I. P.', 'idddii'],
  ['freezes a lost reference and damages those after it', 'I. Px b. P. I.', 'ifddi'],
  ['damages only the disposable frame that is cut', 'I. P. b/ P. b. P.', 'iidiii'],
  ['freezes only the disposable frame that is lost', 'I. P. bx P.', 'iifi'],
  ['freezes until the next IDR after a lost one', 'I. P. Ix P. b. I. P.', 'iifffii'],
  ['damages until the next whole IDR after a cut one', 'I/ P. I/ P. I. P.', 'ddddii'],
  ['lets a cut IDR end the wait of a lost one', 'Ix P. I/ P.', 'ffdd'],
]
for (const [rule, frames, expected] of cases) {
  test(`judgeFrame ${rule}: ${frames}`, () => expect(states(frames)).toBe(expected))
}

test('judgeFrame blames the frame’s own loss first, then the one that broke the chain', () => {
  const broken = judgeFrame({ phase: 'clean' }, 'reference', 'some', 'A')
  expect(broken.cause).toBe('A')
  expect(judgeFrame(broken.chain, 'reference', 'all').cause).toBe('A')
  expect(judgeFrame(broken.chain, 'disposable', 'some', 'B').cause).toBe('B')
})
