import type { LinkProfile } from '../link/profile.ts'
import type { Outline } from '../protocol/outline.ts'
import { version } from '../server/project-folder.ts'
import type { SideSpec } from '../simulation/experiment.ts'
import { variantBandwidth } from '../simulation/hls-package.ts'
import type { LabSide } from '../simulation/lab-results.ts'
import type { RunEvent, ViewerEvent, ViewerSide } from '../stream/record.ts'
import { linkSideMeasures } from '../stream/run-measures.ts'
import { SideMeasuresFold } from '../stream/side-measures.ts'
import { BadSource } from './bad-source.ts'
import { ChannelLatency } from './channel-latency.ts'
import type { LabChannel } from './lab-channel.ts'
import { LinkTruth } from './link-truth.ts'
import { watchWithHlsJs } from './live-hls-js.ts'
import { watchHls } from './live-hls.ts'
import type { LabVariant, LabVideo } from './live-library.ts'
import type { LiveServer } from './live-server.ts'
import { watchWithFfmpeg, watchWithGStreamer, type SeenOfProgram } from './live-programs.ts'
import { watchRtp, type LiveUdpOptions } from './live-udp.ts'
import { MadeLink } from './weir-links.ts'

export type LiveSideOptions = {
  readonly video: LabVideo
  readonly channel: LabChannel | undefined // of the same video: what sides of LL-HLS and, beside them, of RTP watch
  readonly server: LiveServer
  readonly profile: LinkProfile
  readonly durationMs: number
  readonly signal: AbortSignal
  readonly tell?: ((event: RunEvent) => void) | undefined
}

/** How a viewer ended; of a program that tells no events, what was seen of it. */
type Played = { readonly hasEnded: boolean; readonly seen?: SeenOfProgram }

/** A side, and why its figures do not count, if so. */
export type WatchedSide = LabSide & { readonly warning?: string }

const USER_AGENT = `Weir/${version}`

/** One way of watching, over a link of its own, in real time. */
export class LiveSide {
  readonly #name: string
  readonly #spec: SideSpec
  readonly #options: LiveSideOptions
  readonly #side: ViewerSide
  readonly #variant: LabVariant // of `fixed` and of RTP; of a ladder the best one

  /** Throws BadSource for what cannot be played live, and says why. */
  constructor(name: string, spec: SideSpec, options: LiveSideOptions) {
    this.#name = name
    this.#spec = spec
    this.#options = options
    this.#side = spec.kind === 'udp' || spec.kind === 'rtp-over-tcp' ? 'udp' : 'hls'
    this.#variant = variantOf(options.video, name, spec)
    const problem = playerProblem(spec) ?? channelProblem(spec, options.channel)
    if (problem !== undefined) throw new BadSource(`side ${name}: ${problem}`)
    const { segmentSeconds } = spec.kind === 'hls' ? spec : {}
    if (segmentSeconds !== undefined)
      throw new BadSource(`side ${name}: segmentSeconds is for virtual time; live, segments are the package's`)
  }

  /** Rejects with the signal's reason, LinkRefused. The link has gone then. */
  async watch(): Promise<WatchedSide> {
    const { server, profile, signal, tell, durationMs } = this.#options
    const link = await MadeLink.make(server.url, profile)
    try {
      const truth = await LinkTruth.open(link.recordAddress, { tell })
      tell?.({ kind: 'clock', of: this.#side, atMs: performance.now(), unixMs: Date.now() })
      const fold = this.#newFold()
      let askedMs: number | undefined
      const { hasEnded, seen } = await this.#play(link.id, (event) => {
        if (event.kind === 'play-asked') askedMs = event.atMs
        fold.add(event)
        tell?.({ ...event, side: this.#side })
      })
      signal.throwIfAborted()
      const { warning } = await link.get()
      await link.remove()
      await truth.end()
      const untilMs = hasEnded || askedMs === undefined ? undefined : askedMs + durationMs
      const down = truth.down(this.#side === 'hls' ? 'tcp' : 'udp')
      const ofViewer =
        this.#spec.player === 'ffmpeg' ? seenMeasures(seen ?? {}, askedMs) : fold.measures(down?.offeredBytes, untilMs)
      const measures = { ...ofViewer, ...(down === undefined ? {} : linkSideMeasures(down)) }
      const told = { name: this.#name, side: this.#side, measures, hasEnded }
      return { ...told, ...(warning === undefined ? {} : { warning }) }
    } finally {
      await link.remove()
    }
  }

  #newFold(): SideMeasuresFold {
    const framesPerSecond = this.#options.video.variants.at(-1)?.outline.video?.framesPerSecond || 30
    return new SideMeasuresFold({ side: this.#side, frameIntervalMs: 1000 / framesPerSecond })
  }

  #play(linkId: string, tell: (event: ViewerEvent) => void): Promise<Played> {
    const { durationMs, signal, video } = this.#options
    const spec = this.#spec
    const common = { durationMs, signal, tell }
    const url = this.#address(linkId)
    const { name, bandwidthBitsPerSecond: bitsPerSecond } = this.#variant
    const program = { ...common, url, spec, variant: { name, bitsPerSecond } }
    if (spec.player === 'ffmpeg') return watchWithFfmpeg(program)
    if (spec.player === 'gstreamer') return watchWithGStreamer(program)
    switch (spec.kind) {
      case 'hls': {
        const all = video.variants.map((variant) => variant.name)
        const ladder = spec.abr === 'fixed' ? [name] : (spec.ladder ?? all)
        if (spec.player === 'hls.js') return watchWithHlsJs({ ...common, url: new URL(url), spec, ladder })
        const outlines = new Map<string, Outline>(video.variants.map((variant) => [variant.name, variant.outline]))
        return watchHls({ ...common, userAgent: USER_AGENT, url: new URL(url), spec, variant: name, outlines })
      }
      case 'udp':
      case 'rtp-over-tcp':
        return this.#watchRtp({ ...common, userAgent: USER_AGENT, rtspUrl: url, spec, variant: this.#sent() })
      case 'll-hls':
        return watchHls({
          ...common,
          ...{ userAgent: USER_AGENT, url: new URL(url), spec: { kind: 'hls', abr: 'hls.js' }, variant: undefined },
          outlines: new Map<string, Outline>(),
        })
    }
  }

  /** Pictures of a channel are told with how late they are. */
  async #watchRtp(options: LiveUdpOptions): Promise<Played> {
    const { server, channel } = this.#options
    if (channel === undefined) return watchRtp(options)
    const latency = new ChannelLatency(server.url, channel.id, options.tell)
    try {
      return await watchRtp({ ...options, tell: latency.take })
    } finally {
      await latency.end()
    }
  }

  /** Over RTP. */
  #sent(): { readonly name: string; readonly bitsPerSecond: number } {
    const { channel } = this.#options
    if (channel !== undefined) return { name: channel.variant, bitsPerSecond: channel.bitsPerSecond }
    return { name: this.#variant.name, bitsPerSecond: variantBandwidth(this.#variant.outline) }
  }

  /** Through the link; of programs that choose no variant by themselves, of HLS, too, that of one. */
  #address(linkId: string): string {
    const { server, video, channel } = this.#options
    const spec = this.#spec
    if (spec.kind === 'll-hls') return `${server.url}/link/${linkId}/hls/${channel?.id}/low-latency.m3u8`
    if (spec.kind !== 'hls') return `${server.rtspUrl}/link/${linkId}/${channel?.id ?? video.id}/${this.#sent().name}`
    const folder = `${server.url}/link/${linkId}/hls/${video.id}`
    const isOfOne = spec.abr === 'fixed' && (spec.player === 'ffmpeg' || spec.player === 'gstreamer')
    return isOfOne ? `${folder}/${this.#variant.name}/index.m3u8` : `${folder}/master.m3u8`
  }
}

function variantOf({ variants }: LabVideo, side: string, spec: SideSpec): LabVariant {
  const names = variants.map(({ name }) => name)
  const ladder = spec.kind === 'hls' ? (spec.ladder ?? []) : []
  const unknown = [...ladder, ...(spec.variant === undefined ? [] : [spec.variant])].find(
    (name) => !names.includes(name),
  )
  if (unknown !== undefined) {
    throw new BadSource(`side ${side}: there is no variant ${unknown}; there are ${names.join(', ')}`)
  }
  return variants.find(({ name }) => name === spec.variant) ?? (variants.at(-1) as LabVariant)
}

const LIVE_PART_MS = 200 // of a channel of pictures that are evenly spaced

/** What a channel cannot be. */
function channelProblem(spec: SideSpec, channel: LabChannel | undefined): string | undefined {
  if (spec.kind === 'll-hls' && spec.partMs !== undefined && spec.partMs !== LIVE_PART_MS)
    return `live, parts last ${LIVE_PART_MS} ms, got partMs ${spec.partMs}`
  const isOfChannel = channel !== undefined && spec.kind !== 'hls'
  return isOfChannel && spec.variant !== undefined
    ? 'a channel has one variant of its own: variant must be absent'
    : undefined
}

/** What a player cannot do of what is wanted of it. */
function playerProblem(spec: SideSpec): string | undefined {
  const { player = 'weir', kind } = spec
  if (player === 'weir') return undefined
  if (player === 'hls.js') {
    if (spec.kind !== 'hls') return `player hls.js plays kind hls, got ${kind}`
    return spec.abr === 'hls.js' || spec.abr === 'fixed'
      ? undefined
      : `player hls.js has its own rule: abr must be hls.js or fixed, got ${spec.abr}`
  }
  if (kind === 'll-hls') return `live, ll-hls is watched by our own viewer, got player ${player}`
  if (spec.kind === 'udp' && spec.repair !== 'off')
    return `player ${player} is told of no repair: repair must be off, got ${spec.repair}`
  return undefined
}

/** Only what can be seen from outside. */
function seenMeasures(
  { firstMs, lastMs, outputBytes }: SeenOfProgram,
  askedMs: number | undefined,
): LabSide['measures'] {
  if (firstMs === undefined || lastMs === undefined || askedMs === undefined) return {}
  return { startupMs: firstMs - askedMs, watchedMs: lastMs - firstMs, receivedBytes: outputBytes ?? 0 }
}
