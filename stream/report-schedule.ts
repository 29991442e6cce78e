/** Between the sender reports of a track, RFC 3550 section 6.2: 5 s is the least where few take part. */
const SENDER_REPORT_INTERVAL_MS = 5000

/** Between the reports of a page's viewer, who is alone with the sender: the reduced minimum of RFC 3550 section 6.2 is
 *  360 s / (kbit/s of the session), 0.24 s at 1.5 Mbit/s; a second is enough to follow a link by. */
export const RECEIVER_REPORT_INTERVAL_MS = 1000

/** A sender report with its source description and a CNAME of 24 characters, without UDP and IP. */
export const SENDER_REPORT_BYTES = 64

/** From one report to the next: half to one and a half of the interval, so that those who began together do not report
 *  together (RFC 3550 section 6.3.1). The first sender report goes with the first packet. `random` from 0 to 1: behind a
 *  link a sender's comes from `reportSeed`, so that a live run and a virtual one report at the same moments. */
export function reportDelayMs(random: () => number, intervalMs = SENDER_REPORT_INTERVAL_MS): number {
  return intervalMs * (0.5 + random())
}

/** A sequence of its own beside those that decide over packets: the link's seed, with some of its bits turned. */
export function reportSeed(linkSeed: number): number {
  return (linkSeed ^ 0x52544350) >>> 0 // 'RTCP'
}
