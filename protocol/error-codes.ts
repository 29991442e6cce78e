type ErrorCode = {
  readonly status: number // HTTP; RTSP replies choose their own by udp-relay/rtsp-refusal.ts
  readonly title: string // a sentence for people, stable
  readonly whatToDo: string
}

/** Every code that Weir answers with. A code once released keeps its meaning; `docs/errors.md` is made from this table. */
export const errorCodes = {
  'bad-request': {
    status: 400,
    title: 'The request is malformed.',
    whatToDo: 'Read the detail: it says what was expected and what came.',
  },
  'unknown-video': { status: 404, title: 'No such video.', whatToDo: 'List the videos with GET /api/videos.' },
  'not-found': { status: 404, title: 'Nothing is served here.', whatToDo: 'See docs/surface.md for the addresses.' },
  internal: {
    status: 500,
    title: 'Weir made a mistake.',
    whatToDo: 'Look at the log line with this request id, and report it.',
  },
} as const satisfies Record<string, ErrorCode>

export type ErrorCodeName = keyof typeof errorCodes
