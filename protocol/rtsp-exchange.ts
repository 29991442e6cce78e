import type { Outline } from './outline.ts'
import { describePresentation } from './presentation-sdp.ts'
import { writeNptRange, writeRtpInfo, writeSessionHeader, writeTransport } from './rtsp-headers.ts'
import { encodeRtspMessage } from './rtsp-message.ts'
import { rtspResponse } from './rtsp-response.ts'

/** A request and its answer, as many bytes as a viewer and our relay send for them. */
export type RtspExchange = {
  readonly method: 'DESCRIBE' | 'SETUP' | 'PLAY' | 'PAUSE'
  readonly requestBytes: number
  readonly responseBytes: number
}

/** What the messages tell of a video. */
export type ExchangedPresentation = {
  readonly videoId: string
  readonly variant: string
  readonly title: string
  readonly outline: Outline
}

/** What differs from viewer to viewer, and from minute to minute, at its full width: a video's messages have one size. */
const BASE = 'rtsp://192.0.2.100:8554' // RFC 5737
const ADDRESS = '192.0.2.100'
const NOW_UNIX_MS = 1_700_000_000_000
const DATE = 'Tue, 14 Nov 2023 22:13:20 GMT'
const SESSION = '0123456789abcdef'
const TIMEOUT_SECONDS = 60
const SSRC = 0xffff_ffff
const [CLIENT_PORT, SERVER_PORT] = [50_000, 8000]
const [SEQUENCE_NUMBER, TIMESTAMP_TICKS] = [0xffff, 0xffff_ffff]

/** DESCRIBE, and SETUP of each track: what comes before the first PLAY. */
export function setUpExchanges(presentation: ExchangedPresentation): RtspExchange[] {
  return [describeExchange(presentation), ...trackUrls(presentation).map(setUpExchange)]
}

export function playExchange(presentation: ExchangedPresentation): RtspExchange {
  const { outline } = presentation
  const last = outline.segments.at(-1)
  const durationSeconds = last === undefined ? 0 : last.startSeconds + last.durationSeconds
  const info = trackUrls(presentation).map((url) => ({
    url,
    sequenceNumber: SEQUENCE_NUMBER,
    timestampTicks: TIMESTAMP_TICKS,
  }))
  return exchange('PLAY', urlOf(presentation), {
    request: { session: SESSION, range: writeNptRange({ startSeconds: 0 }) },
    response: {
      session: writeSessionHeader({ id: SESSION, timeoutSeconds: TIMEOUT_SECONDS }),
      range: writeNptRange({ startSeconds: 0, endSeconds: durationSeconds }),
      'rtp-info': writeRtpInfo(info),
    },
  })
}

export function pauseExchange(presentation: ExchangedPresentation): RtspExchange {
  return exchange('PAUSE', urlOf(presentation), {
    request: { session: SESSION },
    response: { session: writeSessionHeader({ id: SESSION, timeoutSeconds: TIMEOUT_SECONDS }) },
  })
}

function describeExchange(presentation: ExchangedPresentation): RtspExchange {
  const requestUrl = urlOf(presentation)
  const urls = trackUrls(presentation)
  const body = describePresentation(presentation.outline, {
    title: presentation.title,
    requestUrl,
    serverAddress: ADDRESS,
    nowUnixMs: NOW_UNIX_MS,
    trackUrl: (trackIndex) => urls[trackIndex] ?? '',
    repairs: false,
  })
  return exchange('DESCRIBE', requestUrl, {
    request: { accept: 'application/sdp' },
    response: { 'content-type': 'application/sdp', 'content-base': `${requestUrl}/` },
    body: new Uint8Array(utf8Bytes(body)),
  })
}

/** The first one is answered with the session, which the others name. */
function setUpExchange(url: string, index: number): RtspExchange {
  const offer = {
    lowerTransport: 'udp',
    cast: 'unicast',
    clientPorts: [CLIENT_PORT, CLIENT_PORT + 1],
  } as const
  const chosen = {
    ...offer,
    source: ADDRESS,
    serverPorts: [SERVER_PORT, SERVER_PORT + 1],
    ssrc: SSRC,
    mode: 'PLAY',
  } as const
  return exchange('SETUP', url, {
    request: { transport: writeTransport(offer), ...(index === 0 ? {} : { session: SESSION }) },
    response: {
      session: writeSessionHeader({ id: SESSION, timeoutSeconds: TIMEOUT_SECONDS }),
      transport: writeTransport(chosen),
    },
  })
}

function exchange(
  method: RtspExchange['method'],
  url: string,
  fields: {
    readonly request: Readonly<Record<string, string>>
    readonly response: Readonly<Record<string, string>>
    readonly body?: Uint8Array
  },
): RtspExchange {
  const cSeq = '1'
  const none = new Uint8Array(0)
  const headers = new Map(Object.entries({ cseq: cSeq, 'user-agent': 'Weir', ...fields.request }))
  const request = { kind: 'request', method, url, version: '1.0', headers, body: none } as const
  const { response, body = none } = fields
  const answer = rtspResponse({ status: 200, reason: 'OK', cSeq, date: DATE, headers: response, body })
  return {
    method,
    requestBytes: encodeRtspMessage(request).length,
    responseBytes: encodeRtspMessage(answer).length,
  }
}

function urlOf({ videoId, variant }: ExchangedPresentation): string {
  return `${BASE}/${encodeURIComponent(videoId)}/${encodeURIComponent(variant)}`
}

function trackUrls(presentation: ExchangedPresentation): string[] {
  const { video, audio } = presentation.outline
  const tracks = [video, audio].filter((track) => track !== undefined)
  return tracks.map((_, trackIndex) => `${urlOf(presentation)}/trackID=${trackIndex}`)
}

function utf8Bytes(text: string): number {
  let bytes = 0
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x1_0000 ? 3 : 4
  }
  return bytes
}
