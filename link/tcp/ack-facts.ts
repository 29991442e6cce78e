/** What one ACK has told, gathered while it is read. One object a sender, used again for every ACK. */
export class AckFacts {
  echoMs = 0
  priorUna = 0
  /** Segments that arrived, by ACK or SACK (Linux: acked_sacked). */
  delivered = 0
  newlySacked = 0
  hasAdvanced = false
  isDuplicateTold = false // a DSACK
  isProbeDuplicate = false // of the loss probe
  /** Of segments sent once: when the first and the last were sent; -1 none. */
  firstAckedSentMs = -1
  lastAckedSentMs = -1
  firstSackedSentMs = -1
  lastSackedSentMs = -1
  /** RTT of the newest segment told of, or by the timestamp; -1: none. */
  newestRttMs = -1
  hasAckedRetransmission = false
  /** Something sent once, before the recovery point, arrived (F-RTO, RFC 5682 section 3.1). */
  hasOriginalArrived = false

  begin(echoMs: number, una: number): void {
    this.echoMs = echoMs
    this.priorUna = una
    this.delivered = 0
    this.newlySacked = 0
    this.hasAdvanced = false
    this.isDuplicateTold = false
    this.isProbeDuplicate = false
    this.firstAckedSentMs = -1
    this.lastAckedSentMs = -1
    this.firstSackedSentMs = -1
    this.lastSackedSentMs = -1
    this.newestRttMs = -1
    this.hasAckedRetransmission = false
    this.hasOriginalArrived = false
  }
}
