import type { RtpPayload } from './rtp-format.ts'

/** What the query of an RTSP address asks for: `?payload=h264|mp2t&live=loop`. */
export type PresentationWish = {
  readonly payload: RtpPayload
  /** All who watch share one sender, which plays the video again and again. */
  readonly isLive: boolean
}

/** `query` with its '?', or empty; other names in it are nobody's business. undefined for a value that there is not. */
export function readPresentationWish(query: string): PresentationWish | undefined {
  const parameters = new URLSearchParams(query)
  const payload = parameters.get('payload') ?? 'h264'
  const live = parameters.get('live')
  if (payload !== 'h264' && payload !== 'mp2t') return undefined
  if (live !== null && live !== 'loop') return undefined
  return { payload, isLive: live !== null }
}
