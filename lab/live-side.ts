import type { LinkProfile } from '../link/profile.ts'
import type { Outline } from '../protocol/outline.ts'
import { version } from '../server/project-folder.ts'
import type { SideSpec } from '../simulation/experiment.ts'
import type { LabSide } from '../simulation/lab-results.ts'
import type { RunEvent, ViewerEvent, ViewerSide } from '../stream/record.ts'
import { linkSideMeasures } from '../stream/run-measures.ts'
import { SideMeasuresFold } from '../stream/side-measures.ts'
import { BadSource } from './bad-source.ts'
import { LinkTruth } from './link-truth.ts'
import { watchHls } from './live-hls.ts'
import type { LabVariant, LabVideo } from './live-library.ts'
import type { LiveServer } from './live-server.ts'
import { watchRtp } from './live-udp.ts'
import { MadeLink } from './weir-links.ts'

export type LiveSideOptions = {
  readonly video: LabVideo
  readonly server: LiveServer
  readonly profile: LinkProfile
  readonly durationMs: number
  readonly signal: AbortSignal
  readonly tell?: ((event: RunEvent) => void) | undefined
}

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
    const { segmentSeconds } = spec.kind === 'hls' ? spec : {}
    if (segmentSeconds !== undefined)
      throw new BadSource(`side ${name}: segmentSeconds is for virtual time; live, segments are the package's`)
  }

  /** Rejects with the signal's reason, LinkRefused. The link has gone then. */
  async watch(): Promise<WatchedSide> {
    const { server, profile, signal, tell } = this.#options
    const link = await MadeLink.make(server.url, { profile })
    try {
      const truth = await LinkTruth.open(link.recordAddress, { tell })
      tell?.({ kind: 'clock', of: this.#side, atMs: performance.now(), unixMs: Date.now() })
      const fold = this.#newFold()
      const { hasEnded } = await this.#play(link.id, (event) => {
        fold.add(event)
        tell?.({ ...event, side: this.#side })
      })
      signal.throwIfAborted()
      const { warning } = await link.get()
      await link.remove()
      await truth.end()
      const measures = this.#measures(fold, truth)
      const told = { name: this.#name, side: this.#side, measures, hasEnded }
      return { ...told, ...(warning === undefined ? {} : { warning }) }
    } finally {
      await link.remove()
    }
  }

  #newFold(): SideMeasuresFold {
    const framesPerSecond = this.#variant.outline.video?.framesPerSecond || 30
    return new SideMeasuresFold({ side: this.#side, frameIntervalMs: 1000 / framesPerSecond })
  }

  #measures(fold: SideMeasuresFold, truth: LinkTruth): LabSide['measures'] {
    const down = truth.down(this.#side === 'hls' ? 'tcp' : 'udp')
    return { ...fold.measures(down?.offeredBytes), ...(down === undefined ? {} : linkSideMeasures(down)) }
  }

  #play(linkId: string, tell: (event: ViewerEvent) => void): Promise<{ readonly hasEnded: boolean }> {
    const { server, video, durationMs, signal } = this.#options
    const common = { durationMs, signal, tell, userAgent: USER_AGENT }
    const spec = this.#spec
    switch (spec.kind) {
      case 'hls': {
        const url = new URL(`${server.url}/link/${linkId}/hls/${video.id}/master.m3u8`)
        const outlines = new Map<string, Outline>(video.variants.map(({ name, outline }) => [name, outline]))
        return watchHls({ ...common, url, spec, variant: this.#variant.name, outlines })
      }
      case 'udp':
      case 'rtp-over-tcp': {
        const rtspUrl = `${server.rtspUrl}/link/${linkId}/${video.id}/${this.#variant.name}`
        return watchRtp({ ...common, rtspUrl, spec, variant: this.#variant })
      }
      case 'll-hls':
        throw new Error('refused before')
    }
  }
}

function variantOf({ variants }: LabVideo, side: string, spec: SideSpec): LabVariant {
  if (spec.kind === 'll-hls') throw new BadSource(`side ${side}: ll-hls is played in virtual time alone`)
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
