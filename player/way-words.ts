import type { WayName } from '../protocol/ways.ts'

/** The ways in which the packets come, and their losses are mended or not. */
export const wayWords = {
  menu: 'How the packets come',
  titles: {
    raw: 'UDP, no repair: a lost packet stays lost.',
    rtx: 'UDP with retransmission (RTX): the page asks for lost packets, and the server sends them again (RFC 4585, RFC 4588).',
    fec: 'UDP with parity (FEC): after eight packets the server sends one more, out of which one that is lost can be made again (RFC 5109).',
    media:
      'The browser’s own WebRTC receiver (WHEP): it asks for lost packets by NACK, unless that is off, and shows whole pictures alone.',
    tcp: 'RTP in the TCP connection of RTSP: nothing is lost, and what is late keeps all behind it waiting (RFC 2326 section 10.12).',
    fallback: 'What gets through: UDP, else RTP over TCP, else HLS, each after a short wait.',
  },
  options: {
    raw: 'UDP, no repair',
    rtx: 'UDP with retransmission (RTX)',
    fec: 'UDP with parity (FEC)',
    media: 'WebRTC media',
    tcp: 'RTP over TCP',
    fallback: 'UDP, else TCP, else HLS',
  },
  transports: {
    raw: 'RTP, no repair',
    rtx: 'RTP with retransmission (RTX)',
    fec: 'RTP with parity (FEC)',
    media: 'WebRTC media',
    tcp: 'RTP in the RTSP connection, TCP modelled',
    fallback: 'RTP, no repair',
  },
} as const satisfies Readonly<Record<string, string | Readonly<Record<WayName, string>>>>

/** The jitter buffer of the UDP side. */
export const jitterBufferWords = {
  label: 'Jitter buffer',
  title:
    'How long UDP waits for what is late or is being repaired before it shows a picture. A larger one loses less and shows everything later. Changing it starts UDP anew at the same place.',
  spoken: (ms: number) => `${ms} milliseconds`,
  size: (ms: number) => `${ms} ms`,
  inTime: 'nothing came too late',
  tooLate: (packets: string) => `${packets} came too late`,
  tooLateTitle:
    'Packets that came after the jitter buffer had given them up, and packets repaired after that. Measured in this page.',
} as const

/** UDP once more, beside both sides. */
export const paneWords = {
  third: 'UDP, third picture',
  thirdMenu: 'Third picture',
  noThird: 'none',
  thirdTitle:
    'UDP once more, in another way, on a copy of the same line: the same seed, so the same packets are lost. It is no part of the recorded run.',
} as const
