import type { RtpRepair } from '../protocol/ways.ts'
import type { RtpOver } from '../protocol/weir-api.ts'
import type { OpenPresentation, PresentationSource } from '../udp-relay/presentation-source.ts'
import { Refusal } from './refusal.ts'

/** What a page asks for when it opens a UDP session. */
export type SessionWish = {
  readonly video: string
  readonly variant?: string // absent: the best
  readonly link?: string // absent: nothing is impaired, unless the default link is for everyone
  readonly startSeconds?: number // of the first play that names none
  readonly lane?: 'own' // a copy of the link's udp lane, that nobody else is on
  readonly over?: RtpOver // absent: UDP
  readonly repair?: RtpRepair // absent: what is lost is lost
}

/** Throws `unknown-video`, `unknown-variant`. */
export async function openPresentation(
  source: PresentationSource,
  { video, variant }: SessionWish,
  sound?: 'opus',
): Promise<OpenPresentation> {
  const presentation = await source.open(video, variant, sound)
  if (presentation !== undefined) return presentation
  const best = variant === undefined ? undefined : await source.open(video, undefined)
  best?.close()
  if (best === undefined) {
    throw new Refusal('unknown-video', `no video with pictures to play has the id "${video.slice(0, 60)}"`)
  }
  throw new Refusal('unknown-variant', `the video has no variant "${variant?.slice(0, 60)}"`)
}
