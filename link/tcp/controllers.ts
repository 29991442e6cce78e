import type { CongestionControl } from '../profile.ts'
import { Bbr } from './bbr.ts'
import type { CongestionController, CongestionWindow } from './congestion-control.ts'
import { Cubic } from './cubic.ts'
import { Reno } from './reno.ts'
import type { RttEstimator } from './rtt.ts'
import type { Scoreboard } from './scoreboard.ts'

export type ControllerParts = {
  readonly window: CongestionWindow
  readonly board: Scoreboard
  readonly rtt: RttEstimator
}

/** One sender's congestion control, by its name in Linux. */
export function newController(name: CongestionControl, { window, board, rtt }: ControllerParts): CongestionController {
  switch (name) {
    case 'reno':
      return new Reno(window)
    case 'cubic':
      return new Cubic(window, board)
    case 'bbr':
      return new Bbr(window, board, rtt)
  }
}
