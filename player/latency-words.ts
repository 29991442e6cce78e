import type { CatchUpWay } from '../stream/catch-up.ts'

/** How late a channel's pictures are: for each column its label and its definition. */
export const latencyWords = {
  caption: 'From capture to screen, measured in this page',
  title: 'Latency, ms',
  whole: [
    'Glass to glass',
    'From the moment at which a picture was captured, which is burnt into it, until it is on this screen. Half of all pictures of this run were faster (the large figure), 95 % were faster than the small one. Encoder, server and browser may share a machine. Of a channel that others send, capture is the moment at which it came to the server.',
  ],
  stretches: {
    captureToPublish: [
      'To publish',
      'From capture until a viewer could have the picture: encoded and, for HLS, its part or its whole segment finished. By the server’s clock.',
    ],
    publishToReceived: [
      'To receive',
      'From then until all of the picture was in this page: over the link, and however long a player waits before it asks.',
    ],
    receivedToShown: [
      'To show',
      'From then until it was on the screen: how long the player keeps it, and what decoding takes.',
    ],
  },
  barTitle: 'Mean times from left to right: to publish, to receive, to show. Both bars have one scale.',
  barOf: (side: string, toPublish: string, toReceive: string, toShow: string) =>
    `${side}: on average ${toPublish} ms to publish, ${toReceive} ms to receive, ${toShow} ms to show`,
  atMost: (p95Ms: string) => `95 %: ${p95Ms}`,
  catchUp: {
    title:
      'The newest time for which no picture came, and how long after the next picture the latency was back within 300 ms (or a tenth) of what it had been.',
    stood: (seconds: string) => `Stood still for ${seconds} s`,
    back: {
      jump: (seconds: string) =>
        seconds === '0.0'
          ? 'back at once: what was missed is left out'
          : `back after ${seconds} s by leaving out what was missed`,
      rate: (seconds: string) => `back after ${seconds} s by playing faster`,
      none: () => 'near enough to need no catching up',
    } satisfies Record<CatchUpWay, (seconds: string) => string>,
    notYet: (behindMs: string) => `not back yet: ${behindMs} ms later than before`,
    joined: (stood: string, back: string) => `${stood}, ${back}.`,
  },
  catchUpTable: {
    title: 'After each standstill',
    none: 'The picture has not stood still on either side.',
    notYet: 'not yet',
    columns: [
      ['Stood, ms', 'How long no picture came'],
      ['Before, ms', 'The latency that the side had before: the median of its last 30 pictures'],
      ['Highest, ms', 'The highest latency of a picture after it'],
      [
        'Back after, ms',
        'From the first picture after it until the latency was within 300 ms, or a tenth, of that before',
      ],
      ['How', 'By leaving out what was missed, or by playing all of it faster'],
    ],
    by: { jump: 'left out', rate: 'faster', none: 'not needed' } satisfies Record<CatchUpWay, string>,
  },
} as const
