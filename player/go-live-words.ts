/** Publishing from this page. */
export const goLiveWords = {
  open: 'Go live',
  title: 'Go live',
  close: 'Close',
  how: 'What this browser sends is shown to everyone who can open this server, over HLS, Low-Latency HLS and UDP side by side.',
  sources: { camera: 'Camera and microphone', screen: 'Screen' },
  asking: {
    camera: 'The browser asks for your camera. Allow it to go on.',
    screen: 'The browser asks what to share.',
  },
  preview: 'What will be sent',
  name: 'Title',
  defaultTitles: { camera: 'Camera', screen: 'Screen' },
  record: 'Keep a recording in the library',
  start: 'Start',
  another: 'Choose another source',
  starting: 'Connecting…',
  beginning: 'Sending. The first pictures are on their way to the players.',
  live: 'Live',
  watch: 'Watch it over HLS and UDP',
  stop: 'Stop',
  ended: 'The broadcast has ended.',
  keeps: 'Its recording becomes a video of the library now.',
  again: 'Go live again',
  figures: (size: string, framesPerSecond: number, megabits: string) =>
    `${size} · ${framesPerSecond} pictures a second · ${megabits} Mbit/s`,
  size: (widthPixels: number, heightPixels: number) => `${widthPixels}×${heightPixels}`,
  noSound: 'No microphone was found: only pictures are sent.',
} as const

/** Why nothing is sent, and what may help. */
export const goLiveProblemWords = {
  insecure: (origin: string) =>
    `Browsers give a camera or screen only to pages of localhost or https; this one came from ${origin}. Open it on the machine itself, or start Weir with https.`,
  noScreen: 'This browser cannot share its screen. A camera may do.',
  noPeers: 'This browser cannot publish: it has no WebRTC.',
  denied: {
    camera: 'The camera was not allowed. Allow it in the address bar of the browser, then choose it again.',
    screen: 'Nothing was shared. Choose it again when you know what to share.',
  },
  notFound: { camera: 'No camera was found. Plug one in, or share the screen.', screen: 'There is nothing to share.' },
  notReadable: {
    camera: 'The camera is in use by another program. Close that one, then choose the camera again.',
    screen: 'The system does not let the browser see the screen.',
  },
  other: (message: string) => `The browser gave no picture: ${message}`,
  noAddon:
    'This server cannot take it: its optional part node-datachannel is not installed. Install it there, and restart.',
  lost: 'The connection to the server was lost, and the broadcast has ended.',
  endedThere: (why: string) => `The server ended the broadcast: ${why}.`,
} as const
