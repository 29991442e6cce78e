/** hls.js's settings for what is live. A stall makes it stay further from the edge: by a part, not by a second. */
export const liveSettings = { lowLatencyMode: true, liveSyncOnStallIncrease: 0.2 } as const
