/** Every text of the compare page, a constant a part of the page. */

export const sideWords = { hls: 'HLS', udp: 'UDP' } as const
