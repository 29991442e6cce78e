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
  'broken-off': {
    status: 400,
    title: 'The upload ended before the file did.',
    whatToDo: 'Send it again; the resumable upload at /api/uploads goes on where it ended.',
  },
  'unknown-video': { status: 404, title: 'No such video.', whatToDo: 'List the videos with GET /api/videos.' },
  'signature-missing': {
    status: 403,
    title: 'This server shows its videos by signed addresses only.',
    whatToDo: 'Ask for one with POST /api/videos/:id/signed-urls, or take those of GET /api/videos.',
  },
  'signature-wrong': {
    status: 403,
    title: 'The token of this address is not right.',
    whatToDo: 'Take the address whole, as it was given, for the video that it was given for.',
  },
  'signature-expired': {
    status: 403,
    title: 'The time of this signed address is over.',
    whatToDo: 'Ask for a new one where this one came from.',
  },
  'signing-off': {
    status: 403,
    title: 'This server signs no addresses.',
    whatToDo: 'Set hlsSecret, or take the address without a token.',
  },
  'not-encryptable': {
    status: 409,
    title: 'This server encrypts segments, and this cannot be encrypted.',
    whatToDo: 'Ask for whole segments: lists of keyframes, ranges of single files and low-latency parts are left out.',
  },
  'not-found': { status: 404, title: 'Nothing is served here.', whatToDo: 'See docs/surface.md for the addresses.' },
  unauthorized: {
    status: 401,
    title: 'Writing needs the token.',
    whatToDo:
      'Send `Authorization: Bearer TOKEN`, or open the page once with ?token=TOKEN; the server prints it at start.',
  },
  'foreign-origin': {
    status: 403,
    title: 'A page of another origin may not use this address.',
    whatToDo: 'Open the page from this server, or set publicUrl to the address that people use.',
  },
  'foreign-host': {
    status: 403,
    title: 'This server is not known by that name.',
    whatToDo: 'Use an IP address or localhost, or set publicUrl to the name that people use.',
  },
  'bad-profile': {
    status: 400,
    title: 'This is no link profile.',
    whatToDo: 'Correct what the detail names; every key is optional, unknown ones are refused.',
  },
  'unknown-preset': {
    status: 404,
    title: 'No such link preset.',
    whatToDo: 'List the presets with GET /api/link-presets.',
  },
  'unknown-channel': {
    status: 404,
    title: 'No such channel.',
    whatToDo: 'Make one with POST /api/channels; one that has ended goes after a minute.',
  },
  'too-many-channels': {
    status: 429,
    title: 'There are too many channels.',
    whatToDo: 'End some with DELETE /api/channels/:id, or raise maxChannels.',
  },
  'channel-in-use': {
    status: 409,
    title: 'The channel is being sent by somebody already.',
    whatToDo: 'End the other sender, or make another channel.',
  },
  'wrong-key': {
    status: 403,
    title: 'That is not the key of this channel.',
    whatToDo: 'Send the address that POST /api/channels gave, with its key.',
  },
  'publishing-unauthorized': {
    status: 401,
    title: 'Publishing needs the key of the channel.',
    whatToDo: 'Send `Authorization: Bearer KEY` with the key that POST /api/channels gave.',
  },
  'unknown-publisher': {
    status: 404,
    title: 'Nobody publishes under this address.',
    whatToDo: 'Take the address that the Location header gave; it goes with its connection.',
  },
  'bad-stream': {
    status: 422,
    title: 'This stream cannot become a live channel.',
    whatToDo: 'Send MPEG-TS with H.264, and AAC where there is sound.',
  },
  'reload-too-far': {
    status: 400,
    title: 'The playlist that is asked for lies too far ahead.',
    whatToDo: 'Ask for the part that the preload hint names.',
  },
  'reload-timed-out': {
    status: 503,
    title: 'What was waited for has not come in three target durations.',
    whatToDo: 'Ask for the playlist without delivery directives: the stream may stand still.',
  },
  'unknown-link': {
    status: 404,
    title: 'No such link.',
    whatToDo: 'Make one with POST /api/links; one unused for 10 minutes goes.',
  },
  'fixed-link': {
    status: 409,
    title: 'The link "default" belongs to the configuration and stays.',
    whatToDo: 'Change it with PATCH, or make a link of your own with POST /api/links.',
  },
  'too-many-links': {
    status: 429,
    title: 'There are too many links.',
    whatToDo: 'Remove some with DELETE /api/links/:id, or wait: one unused for 10 minutes goes.',
  },
  'unknown-variant': {
    status: 404,
    title: 'The video has no such variant.',
    whatToDo: 'Take a name of its variants: GET /api/videos/:id.',
  },
  'unknown-session': {
    status: 404,
    title: 'No such UDP session.',
    whatToDo: 'Start one with POST /api/udp-sessions; it ends with its channel.',
  },
  'too-many-sessions': {
    status: 429,
    title: 'Too many UDP sessions from this address.',
    whatToDo: 'Close some of the pages that play over UDP.',
  },
  'bad-offer': {
    status: 400,
    title: 'This SDP offer cannot be answered.',
    whatToDo: 'Offer data channels, or for WHEP to receive media, with all candidates gathered, as application/sdp.',
  },
  'h264-not-offered': {
    status: 406,
    title: 'The SDP offer takes no H.264 in packetization mode 1, and nothing else could be sent.',
    whatToDo: 'Offer to receive H.264 with packetization-mode=1, or watch over data channels or HLS.',
  },
  'not-for-webrtc': {
    status: 409,
    title: 'This variant cannot be sent as WebRTC media.',
    whatToDo:
      'Segment the video with `webrtc: true` (weir segment --webrtc), which makes variants without B-frames, or watch over data channels or HLS.',
  },
  'no-data-channel': {
    status: 503,
    title: 'This server cannot open data channels.',
    whatToDo:
      'Use the WebSocket at /api/udp-sessions/ws, or install node-datachannel; weir doctor tells what is missing.',
  },
  'bad-control': {
    status: 400,
    title: 'The control message is malformed.',
    whatToDo: 'Send JSON as protocol/udp-control.ts describes it.',
  },
  'not-playing': {
    status: 409,
    title: 'Nothing is playing that could be paused.',
    whatToDo: 'Play first.',
  },
  'start-beyond-end': {
    status: 400,
    title: 'That start lies after the end of the video.',
    whatToDo: 'Start within durationSeconds.',
  },
  'nothing-to-play': {
    status: 409,
    title: 'The video has no picture to play yet.',
    whatToDo: 'Wait until its status is playable.',
  },
  'media-gone': {
    status: 410,
    title: 'The files of the video are gone.',
    whatToDo: 'See whether it was deleted: GET /api/videos/:id.',
  },
  'session-idle': {
    status: 410,
    title: 'The session ended, because its video had and nothing more was asked.',
    whatToDo: 'Open another one.',
  },
  'unknown-run': {
    status: 404,
    title: 'No such run.',
    whatToDo: 'List the runs with GET /api/runs; only the newest are kept.',
  },
  'run-away': {
    status: 503,
    title: 'The run of the realtime page is away for a while.',
    whatToDo: 'Ask again some seconds later.',
  },
  'run-ended': {
    status: 409,
    title: 'The run has ended.',
    whatToDo: 'Begin another one with POST /api/runs.',
  },
  'run-not-ended': {
    status: 409,
    title: 'The run goes on.',
    whatToDo: 'Ask again once it has ended: POST /api/runs/:id/end ends it.',
  },
  'bad-event': {
    status: 400,
    title: 'This is no event of a run.',
    whatToDo: 'Correct the line that the detail names; stream/record.ts lists the events of a viewer.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This address does not take that method.',
    whatToDo: 'Use a method of the Allow header.',
  },
  'too-large': {
    status: 413,
    title: 'The file is larger than this server takes.',
    whatToDo: 'Send a smaller file, or raise maxUploadBytes.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is of a type that this address does not take.',
    whatToDo: 'Send the type that the detail names.',
  },
  'empty-file': {
    status: 422,
    title: 'The file is empty.',
    whatToDo: 'Look at the file where it comes from: it has no bytes.',
  },
  'not-a-video': {
    status: 422,
    title: 'The file is not a video that can be read.',
    whatToDo: 'Send MP4, MOV, MKV, WebM, AVI, FLV, MPEG-TS or another common video file.',
  },
  'incomplete-file': {
    status: 422,
    title: 'The file is cut off: its index is missing.',
    whatToDo: 'Copy or record it again to its end; an MP4 keeps its index (moov) last unless made for the web.',
  },
  'no-video-stream': {
    status: 422,
    title: 'The file has no moving picture and no sound.',
    whatToDo: 'Send a file with a video stream or with sound; cover pictures and subtitles alone are neither.',
  },
  'no-pictures': {
    status: 422,
    title: 'Not one picture of the video can be shown.',
    whatToDo: 'Play the file in another player; it may be damaged, encrypted or of a codec that ffmpeg lacks.',
  },
  'picture-too-large': {
    status: 422,
    title: 'The pictures are larger than Weir decodes.',
    whatToDo: 'Scale the video down to 8192 pixels a side or less.',
  },
  'video-too-long': {
    status: 422,
    title: 'The video lasts longer than Weir segments in one piece.',
    whatToDo: 'Cut it into parts of at most 8 hours.',
  },
  encrypted: {
    status: 422,
    title: 'The video is encrypted or scrambled.',
    whatToDo: 'Send a copy without protection; Weir has no keys.',
  },
  'too-many-pixels': {
    status: 422,
    title: 'The video has more pixels than one video may have.',
    whatToDo: 'Scale it down, lower its frame rate or cut it into parts; or raise maxVideoGigapixels.',
  },
  'took-too-long': {
    status: 422,
    title: 'Segmenting took longer than one video may take.',
    whatToDo: 'Cut the video into parts, or raise maxSegmentingMinutes.',
  },
  'package-not-right': {
    status: 500,
    title: 'The package that was made breaks a rule of HLS.',
    whatToDo: 'The video was not published. This is a fault of Weir’s: report it with the message and the source.',
  },
  'folder-not-empty': {
    status: 409,
    title: 'The folder for the package holds something already.',
    whatToDo: 'Name a new or an empty folder.',
  },
  'range-not-satisfiable': {
    status: 416,
    title: 'The range lies outside the file.',
    whatToDo: 'Ask for bytes below the size that Content-Range tells.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests from this address.',
    whatToDo: 'Wait for the seconds of the Retry-After header.',
  },
  'wrong-state': {
    status: 409,
    title: 'The video is not in a state that allows this.',
    whatToDo: 'Read its status with GET /api/videos/:id.',
  },
  'shutting-down': {
    status: 503,
    title: 'The server is shutting down.',
    whatToDo: 'Try again when it is back.',
  },
  'pages-not-built': {
    status: 503,
    title: 'The pages have not been built.',
    whatToDo: 'Run npm run build, or npm start, which builds what is stale.',
  },
  'disk-full': {
    status: 507,
    title: 'There is not enough free space for this.',
    whatToDo: 'Make space in the media folder, or lower minFreeBytes.',
  },
  internal: {
    status: 500,
    title: 'Weir made a mistake.',
    whatToDo: 'Look at the log line with this request id, and report it.',
  },
} as const satisfies Record<string, ErrorCode>

export type ErrorCodeName = keyof typeof errorCodes
