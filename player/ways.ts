/** How the video of the UDP side comes: by RTP over UDP alone, by RTP in the TCP connection of RTSP alone, or by the first of
 *  UDP, TCP and HLS that gets through. */
export const udpWays = ['raw', 'tcp', 'fallback'] as const
export type UdpWay = (typeof udpWays)[number]

export const readUdpWay = (text: string | null): UdpWay => udpWays.find((way) => way === text) ?? 'raw'
