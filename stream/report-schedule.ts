/** Between the sender reports of a track, RFC 3550 section 6.2: 5 s is the least where few take part. */
const REPORT_INTERVAL_MS = 5000

/** A sender report with its source description and a CNAME of 24 characters, without UDP and IP. */
export const SENDER_REPORT_BYTES = 64

/** From one sender report to the next: half to one and a half of the interval, so that senders who began together do not
 *  report together (RFC 3550 section 6.3.1). The first goes with the first packet. `random` from 0 to 1: behind a link it
 *  comes from `reportSeed`, so that a live run and a virtual one report at the same moments. */
export function reportDelayMs(random: () => number): number {
  return REPORT_INTERVAL_MS * (0.5 + random())
}

/** A sequence of its own beside those that decide over packets: the link's seed, with some of its bits turned. */
export function reportSeed(linkSeed: number): number {
  return (linkSeed ^ 0x52544350) >>> 0 // 'RTCP'
}
