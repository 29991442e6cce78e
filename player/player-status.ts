import type { SidePhase, SideStatus } from './side.ts'

/** What the one set of controls shows, whether one side plays or both. */
export type PlayerStatus = Pick<SideStatus, 'phase' | 'positionSeconds' | 'durationSeconds'>

/** Of both, the one that does most: while one still plays, the player plays. */
const order: readonly SidePhase[] = ['playing', 'held', 'stalled', 'starting', 'paused', 'ended', 'failed']

/** The sides in their order; the position is that of the first that has not failed. */
export function playerStatus(sides: readonly PlayerStatus[]): PlayerStatus | undefined {
  const lead = sides.find(({ phase }) => phase !== 'failed') ?? sides[0]
  if (lead === undefined) return undefined
  return {
    phase: order.find((phase) => sides.some((side) => side.phase === phase)) ?? lead.phase,
    positionSeconds: lead.positionSeconds,
    durationSeconds: Math.max(...sides.map(({ durationSeconds }) => durationSeconds)),
  }
}
