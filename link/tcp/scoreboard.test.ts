import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../../lab/test-support/long-run.ts'
import { LOST, RETRANSMITTED, SACKED, Scoreboard } from './scoreboard.ts'

const steps = fc.array(
  fc.record({ kind: fc.constantFrom('append', 'acknowledge', 'sack', 'lose', 'resend'), pick: fc.nat(1000) }),
  { maxLength: 300 },
)

/** Does one step, if the board allows it, as a sender would. */
function take(board: Scoreboard, { kind, pick }: { kind: string; pick: number }, nowMs: number): void {
  if (kind === 'append') board.append(1448, nowMs)
  if (board.outstanding === 0) return
  const segment = board.una + (pick % board.outstanding)
  const marks = board.marks(segment)
  if (kind === 'acknowledge') board.acknowledgeOldest()
  else if (marks & SACKED) return
  else if (kind === 'sack') board.sack(segment)
  else if (kind === 'lose' && (!(marks & LOST) || marks & RETRANSMITTED)) board.markLost(segment)
  else if (kind === 'resend' && board.nextLost() >= 0) board.resend(board.nextLost(), nowMs, true)
}

function outstanding(board: Scoreboard): number[] {
  return Array.from({ length: board.outstanding }, (_, index) => board.una + index)
}

test('Scoreboard counts what its segments are marked with, and finds the first that waits', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const board = new Scoreboard()
      list.forEach((step, nowMs) => take(board, step, nowMs))
      const having = (mark: number) => outstanding(board).filter((segment) => board.marks(segment) & mark)
      expect(board.sacked).toBe(having(SACKED).length)
      expect(board.lost).toBe(having(LOST).length)
      expect(board.retransmitted).toBe(having(RETRANSMITTED).length)
      const waiting = having(LOST).filter((segment) => !(board.marks(segment) & RETRANSMITTED))
      expect(board.nextLost()).toBe(waiting[0] ?? -1)
    }),
    { numRuns: fuzzRuns(200), seed: 1 },
  )
})

test('Scoreboard keeps what is under way in order of sending', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const board = new Scoreboard()
      list.forEach((step, nowMs) => take(board, step, nowMs))
      const inOrder: number[] = []
      for (let segment = board.oldestSent; segment >= 0; segment = board.sentNextAfter(segment)) inOrder.push(segment)
      const underWay = outstanding(board).filter((segment) => {
        const marks = board.marks(segment)
        return !(marks & SACKED) && (!(marks & LOST) || (marks & RETRANSMITTED) !== 0)
      })
      const bySending = underWay.sort((a, b) => board.sentMs(a) - board.sentMs(b) || a - b)
      expect(inOrder).toEqual(bySending)
    }),
    { numRuns: fuzzRuns(200), seed: 2 },
  )
})
