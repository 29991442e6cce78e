import type { RtpInfo } from '../protocol/rtsp-headers.ts'
import type { SdpTrack } from '../protocol/sdp.ts'
import { LiveSegments } from '../stream/live-segments.ts'
import { announcementOf, servedTracks } from './announcement.ts'
import { LIVE_LIMITS } from './live-presentations.ts'
import { PublishedUnits, type ClockPair, type PublishedUnit } from './published-units.ts'
import { PublisherClock } from './publisher-clock.ts'
import { ReceiverFailure } from './receiver-failure.ts'
import type { MediaTaker } from './received-presentation.ts'

const MOST_APART_MS = 250

/** One play of another server's stream, as segments that can be served again: what PublisherSession is for those who
 *  publish. */
export class PulledMedia implements MediaTaker {
  readonly #name: string
  readonly #onBegun: (segments: LiveSegments) => void
  readonly #onOverfull: () => void
  readonly #clock = new PublisherClock(() => this.#tracks)
  #tracks: readonly PublishedUnits[] = []
  #starts: readonly (RtpInfo | undefined)[] = [] // as PLAY told them
  #segments: LiveSegments | undefined
  #hasEnded = false

  /** `onBegun` is told once PLAY is answered, `onOverfull` when nobody could join any more: keyframes are too rare. */
  constructor(name: string, onBegun: (segments: LiveSegments) => void, onOverfull: () => void) {
    this.#name = name
    this.#onBegun = onBegun
    this.#onOverfull = onOverfull
  }

  get droppedPictures(): number {
    return this.#tracks.reduce((sum, { droppedPictures }) => sum + droppedPictures, 0)
  }

  choose(offers: readonly SdpTrack[]): readonly SdpTrack[] {
    const tracks = servedTracks(offers)
    if (tracks.length === 0) {
      const got = offers.map(({ encoding }) => encoding.slice(0, 20)).join(', ')
      throw new ReceiverFailure('unplayable', `the server offers no H.264, which alone can be served again, but ${got}`)
    }
    const { tracks: contents, ...rest } = announcementOf(tracks)
    this.#tracks = contents.map((content) => new PublishedUnits(content))
    this.#segments = new LiveSegments({ variant: this.#name, ...rest, ...LIVE_LIMITS })
    return tracks
  }

  begin(starts: readonly (RtpInfo | undefined)[]): void {
    this.#starts = starts
    if (this.#segments !== undefined) this.#onBegun(this.#segments)
  }

  takeFirst(trackIndex: number, timestampTicks: number): void {
    this.#tracks[trackIndex]?.noteArrival(timestampTicks, Date.now())
    this.#goByStarts()
  }

  takePacket(trackIndex: number, item: Parameters<MediaTaker['takePacket']>[1]): void {
    const track = this.#tracks[trackIndex]
    if (track === undefined || this.#hasEnded) return
    this.#take(track, track.push(item))
  }

  takeReports(trackIndex: number, packets: Parameters<MediaTaker['takeReports']>[1]): void {
    this.#tracks[trackIndex]?.noteReports(packets)
  }

  /** Nothing more comes. Who watches sees it to its end. */
  end(): void {
    for (const track of this.#tracks) this.#take(track, track.finish())
    this.#hasEnded = true
    this.#segments?.end()
  }

  /** What RTP-Info names is one moment of all tracks, which tells their distance better than the moments at which they
   *  began to arrive; unless these are far from it: gst-rtsp-server's times are up to a second off. */
  #goByStarts(): void {
    const moments = this.#tracks.map(({ arrived, clockRateHz }, index) => {
      const startTicks = this.#starts[index]?.timestampTicks
      if (arrived === undefined || startTicks === undefined) return undefined
      const sinceTicks = (arrived.ticks - startTicks) | 0 // modulo 2^32
      return { ticks: arrived.ticks - sinceTicks, unixMs: arrived.unixMs - (sinceTicks * 1000) / clockRateHz }
    })
    const known = moments.filter((moment) => moment !== undefined)
    const unixMs = known.map((moment) => moment.unixMs)
    const [earliestMs, latestMs] = [Math.min(...unixMs), Math.max(...unixMs)]
    if (known.length < this.#tracks.length || latestMs - earliestMs > MOST_APART_MS) return
    for (const [index, track] of this.#tracks.entries()) {
      const { ticks } = known[index] as ClockPair
      track.arrived = { ticks, unixMs: earliestMs }
    }
  }

  #take(track: PublishedUnits, units: readonly PublishedUnit[]): void {
    const segments = this.#segments
    if (segments === undefined || this.#hasEnded) return
    for (const { unit, ptsTicks } of this.#clock.push(track, units, performance.now())) {
      const isKept =
        unit.kind === 'sound'
          ? segments.pushSound({ ptsTicks, data: unit.data })
          : segments.pushPicture({ ptsTicks, nals: unit.nals })
      if (isKept) continue
      this.#hasEnded = true
      return this.#onOverfull()
    }
  }
}
