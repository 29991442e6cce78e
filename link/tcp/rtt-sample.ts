import type { AckFacts } from './ack-facts.ts'
import type { RttEstimator } from './rtt.ts'
import type { Scoreboard } from './scoreboard.ts'

/** Takes the RTT that an ACK measures, if any: of segments sent once (Karn), else by the timestamp that it echoes. True
 *  when a SACK answers what was sent before the oldest outstanding segment was, so that its timeout counts anew.
 *  Linux: tcp_ack_update_rtt, and the end of tcp_clean_rtx_queue. */
export function sampleRtt(facts: AckFacts, rtt: RttEstimator, board: Scoreboard, nowMs: number): boolean {
  const isClean = facts.firstAckedSentMs >= 0 && !facts.hasAckedRetransmission
  const isSacked = facts.firstSackedSentMs >= 0
  if (!isClean && !isSacked) {
    if (facts.hasAdvanced) addSample(facts, rtt, board, echoedRttMs(facts, nowMs), nowMs)
    return false
  }
  facts.newestRttMs = nowMs - (isSacked ? facts.lastSackedSentMs : facts.lastAckedSentMs)
  const oldestRttMs = nowMs - (isClean ? facts.firstAckedSentMs : facts.firstSackedSentMs)
  addSample(facts, rtt, board, oldestRttMs, nowMs)
  return isSacked && board.outstanding > 0 && facts.firstSackedSentMs < board.sentMs(board.una)
}

/** In whole milliseconds, as timestamps are. */
function echoedRttMs(facts: AckFacts, nowMs: number): number {
  facts.newestRttMs = Math.max(Math.floor(nowMs) - facts.echoMs, 1)
  return facts.newestRttMs
}

function addSample(facts: AckFacts, rtt: RttEstimator, board: Scoreboard, rttMs: number, nowMs: number): void {
  rtt.addForMin(facts.newestRttMs, nowMs)
  rtt.add(rttMs, board.una, board.nxt)
}
