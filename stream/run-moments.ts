import { Newest } from './newest.ts'
import type { NetworkEvent, PacketEvent, ViewerEvent, ViewerSide } from './record.ts'

/** Moments of a run that are drawn one by one. Times are on the run's axis, civil milliseconds. */
export type Band = {
  readonly kind: 'stall' | 'freeze'
  readonly side: ViewerSide
  readonly fromMs: number
  readonly toMs: number
}

/** Something that somebody did. `before` is the profile that it changed, where that was told. */
export type Mark = { readonly atMs: number } & (
  | { readonly kind: 'network-changed'; readonly profile: Profile; readonly before?: Profile }
  | { readonly kind: 'seek'; readonly side: ViewerSide; readonly toSeconds?: number }
)

export type DroppedPacket = Extract<PacketEvent, { readonly kind: 'packet-dropped' }>
export type LostPacket = { readonly atMs: number; readonly side: ViewerSide; readonly event: DroppedPacket }

export type FaultyFrame = {
  readonly atMs: number
  readonly side: ViewerSide
  readonly state: 'damaged' | 'frozen'
  readonly ptsTicks?: number
}

type Profile = NetworkEvent['profile']

const SAME_CHANGE_MS = 250 // each lane tells it, a server's moment apart

/** The newest moments of each kind, in bounded memory. */
export class RunMoments {
  readonly #bands = new Newest<Band>(4000)
  readonly #marks = new Newest<Mark>(500)
  readonly #losses = new Newest<LostPacket>(10_000)
  readonly #frames = new Newest<FaultyFrame>(10_000)
  #profile: Profile | undefined

  get bands(): readonly Band[] {
    return this.#bands.items
  }

  get marks(): readonly Mark[] {
    return this.#marks.items
  }

  get lostPackets(): readonly LostPacket[] {
    return this.#losses.items
  }

  get faultyFrames(): readonly FaultyFrame[] {
    return this.#frames.items
  }

  addBand(band: Band): void {
    this.#bands.push(band)
  }

  addSeek(side: ViewerSide, atMs: number, toSeconds: number | undefined): void {
    this.#marks.push({ kind: 'seek', atMs, side, ...(toSeconds === undefined ? {} : { toSeconds }) })
  }

  /** Two lanes that tell the same change make one mark. */
  changeNetwork({ profile }: NetworkEvent, atMs: number): void {
    const last = this.#marks.items.findLast(({ kind }) => kind === 'network-changed')
    if (last !== undefined && Math.abs(atMs - last.atMs) < SAME_CHANGE_MS && isSame(this.#profile, profile)) return
    const before = this.#profile
    this.#profile = profile
    this.#marks.push({ kind: 'network-changed', atMs, profile, ...(before === undefined ? {} : { before }) })
  }

  loseAt(atMs: number, side: ViewerSide, event: DroppedPacket): void {
    this.#losses.push({ atMs, side, event })
  }

  addFrame(atMs: number, side: ViewerSide, state: FaultyFrame['state'], { ptsTicks }: FrameEvent): void {
    this.#frames.push({ atMs, side, state, ...(ptsTicks === undefined ? {} : { ptsTicks }) })
  }
}

type FrameEvent = Extract<ViewerEvent, { readonly kind: 'frame-shown' | 'frame-frozen' }>

function isSame(a: Profile | undefined, b: Profile): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
