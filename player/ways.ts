/** How the video of the UDP side comes: by RTP over UDP alone, as WebRTC media, which the browser itself plays, by RTP in the TCP
 *  connection of RTSP alone, or by the first of UDP, TCP and HLS that gets through. */
export const udpWays = ['raw', 'media', 'tcp', 'fallback'] as const
export type UdpWay = (typeof udpWays)[number]

export const readUdpWay = (text: string | null): UdpWay => udpWays.find((way) => way === text) ?? 'raw'

/** What it is in this page: where the page is not trusted with WebCodecs (neither https nor the machine itself), there is
 *  WebRTC in the place of our own receiver. */
export function wayOf({ way }: { readonly way: UdpWay }): UdpWay {
  return way === 'raw' && !isSecureContext ? 'media' : way
}
