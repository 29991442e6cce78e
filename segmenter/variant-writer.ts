import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { appendFile, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import type { IframeStream } from '../protocol/iframe-playlist.ts'
import { TICKS_PER_SECOND } from '../protocol/mpeg-ts-clock.ts'
import { demuxMpegTs, type TsSegment } from '../protocol/mpeg-ts-demuxer.ts'
import { outlineSegment, outlineText, type OutlineSegment } from '../protocol/outline.ts'
import { averageBandwidth, peakBandwidth, type SizedSegment } from '../protocol/playlist-bandwidth.ts'
import { writeMediaPlaylist, type PicturedStream, type PlaylistSegment } from '../protocol/playlist-writer.ts'
import type { VariantShape } from './alignment-check.ts'
import { SEGMENT_LIST, segmentName } from './encode.ts'
import { finishedSegments } from './finished-segments.ts'
import type { OutlineHead } from './fmp4-tracks.ts'
import { Fmp4Writer, type Fmp4Options } from './fmp4-writer.ts'
import { IFRAME_PLAYLIST, IframeList, type KeyframePlace } from './iframe-list.ts'
import { valueOf, type Rational } from './rational.ts'
import { frameTicks, parameterSetsOf, segmentProblem, strayParameterSet } from './segment-check.ts'
import { nothingDecoded } from './segmenter-refusal.ts'
import { codecsOf } from './variant-codecs.ts'
import { writeByRename } from './write-by-rename.ts'

/** Beside the segments while they are made: the outline's head, then a segment's row a line. Our own file, not served. */
export const OUTLINE_SO_FAR = 'outline.jsonl'

export type VariantOptions = {
  readonly name: string
  readonly widthPixels: number
  readonly heightPixels: number
  readonly bandwidthBitsPerSecond: number // no run of its segments that counts has more
  readonly isCopied?: boolean // of the source's own pictures: in times and parameter sets it is as good as that is
  readonly frameRate: Rational
  readonly targetDurationSeconds: number
  readonly withAudio: boolean
  readonly fmp4?: Pick<Fmp4Options, 'soundFolder'> // beside the transport stream
  readonly workFolder: string // where ffmpeg writes
  readonly outFolder: string // the package
}

const LISTED_AT_ONCE = 32 // a film that is copied has thousands in seconds, and the list is written anew each time

const COPIED_ROUNDING_TICKS = 135 // 1.5 ms: containers that count in ms

type Published = PlaylistSegment & SizedSegment

/** One variant on its way from ffmpeg's folder into the package: each finished segment is read, checked, moved and
 *  listed, in that order. The outline's rows wait in a file, since a long video has millions of frames; who plays a video
 *  while it is made reads them there. */
export class VariantWriter {
  readonly #options: VariantOptions
  readonly #workFolder: string
  readonly #outFolder: string
  readonly #rows: string
  readonly #segments: Published[] = []
  readonly #audioHash = createHash('sha256')
  readonly #iframes = new IframeList()
  readonly #fmp4: Fmp4Writer | undefined
  #head: OutlineHead | undefined
  #parameterSets: readonly Uint8Array[] = [] // of the first picture
  #frames = 0

  constructor(options: VariantOptions) {
    this.#options = options
    this.#workFolder = join(options.workFolder, options.name)
    this.#outFolder = join(options.outFolder, options.name)
    this.#rows = join(this.#outFolder, OUTLINE_SO_FAR)
    if (options.fmp4) this.#fmp4 = new Fmp4Writer({ ...options, ...options.fmp4, folder: this.#outFolder })
  }

  async createFolders(): Promise<void> {
    await mkdir(this.#workFolder, { recursive: true })
    await mkdir(this.#outFolder)
    const soundFolder = this.#options.fmp4?.soundFolder
    if (soundFolder !== undefined) await mkdir(soundFolder)
  }

  get name(): string {
    return this.#options.name
  }

  get widthPixels(): number {
    return this.#options.widthPixels
  }

  get heightPixels(): number {
    return this.#options.heightPixels
  }

  get segmentCount(): number {
    return this.#segments.length
  }

  get durationSeconds(): number {
    return frameTicks(this.#frames, this.#options.frameRate) / TICKS_PER_SECOND
  }

  /** Brings what ffmpeg has finished since the last call into the package, by ffmpeg's own list. */
  async publishListed(): Promise<void> {
    const list = await readFile(join(this.#workFolder, SEGMENT_LIST), 'utf8').catch(() => '') // not there at first
    await this.publishUpTo(finishedSegments(list))
  }

  /** The same where something else tells how many segments are finished. */
  async publishUpTo(finished: number): Promise<void> {
    while (this.#segments.length < finished) {
      await this.#publish(segmentName(this.#segments.length))
      const isLast = this.#segments.length === finished
      if (isLast || this.#segments.length % LISTED_AT_ONCE === 0) await this.#writePlaylist(false)
    }
  }

  async #publish(uri: string): Promise<void> {
    const file = join(this.#workFolder, uri)
    const bytes = await readFile(file)
    if (bytes.length === 0) throw nothingDecoded() // what ffmpeg makes of nothing, with exit code 0
    const read = demuxMpegTs(bytes)
    const name = `${this.#options.name}/${uri}`
    if (!read.ok) throw new Error(`ffmpeg's segment ${name} cannot be read: ${JSON.stringify(read.fault)}`)
    const segment = this.#place(uri, bytes.length, read.value, name)
    this.#iframes.take(bytes, read.value, segment)
    const head = this.#segments.length === 1 ? `${JSON.stringify(this.#head)}\n` : ''
    await rename(file, join(this.#outFolder, uri))
    await appendFile(this.#rows, `${head}${JSON.stringify(segment)}\n`)
    await this.#fmp4?.take(read.value, segment, this.#writtenHead())
  }

  #place(uri: string, sizeBytes: number, ts: TsSegment, name: string): OutlineSegment {
    const { frameRate, isCopied = false } = this.#options
    this.#head ??= this.#readHead(ts)
    const { originTicks } = this.#head
    const roundingTicks = isCopied ? COPIED_ROUNDING_TICKS : undefined
    const place = { originTicks, firstFrame: this.#frames, frameRate, ...(roundingTicks && { roundingTicks }) }
    const problem = segmentProblem(ts, place) ?? (isCopied ? strayParameterSet(ts, this.#parameterSets) : undefined)
    if (problem !== undefined) throw new Error(`ffmpeg's segment ${name} is not as it should be: ${problem}`)
    const startTicks = frameTicks(this.#frames, frameRate)
    this.#frames += ts.video.length
    const startSeconds = startTicks / TICKS_PER_SECOND
    const durationSeconds = (frameTicks(this.#frames, frameRate) - startTicks) / TICKS_PER_SECOND
    for (const { data } of ts.audio) this.#audioHash.update(data)
    this.#segments.push({ uri, sizeBytes, durationSeconds })
    return outlineSegment(ts, { uri, sizeBytes, originTicks, startSeconds, durationSeconds })
  }

  #readHead(ts: TsSegment): OutlineHead {
    const { name: variant, frameRate } = this.#options
    const [first] = ts.video
    if (first === undefined) throw nothingDecoded() // sound alone
    const { ptsTicks: originTicks } = first
    this.#parameterSets = parameterSetsOf(ts)
    return { format: 'weir-outline', version: 1, variant, originTicks, ...codecsOf(ts, frameRate) }
  }

  async #writePlaylist(ended: boolean): Promise<void> {
    const { targetDurationSeconds } = this.#options
    const text = writeMediaPlaylist({ targetDurationSeconds, segments: this.#segments, ended })
    await writeByRename(join(this.#outFolder, 'index.m3u8'), text)
  }

  /** This variant's line of the multivariant playlist: an upper bound of its bandwidth while it grows, the truth after. */
  describe(ended: boolean): PicturedStream {
    const { name, widthPixels, heightPixels, frameRate, targetDurationSeconds } = this.#options
    const { video, audio } = this.#writtenHead()
    return {
      uri: `${name}/index.m3u8`,
      bandwidthBitsPerSecond: ended
        ? peakBandwidth(this.#segments, targetDurationSeconds)
        : this.#options.bandwidthBitsPerSecond,
      ...(ended ? { averageBandwidthBitsPerSecond: averageBandwidth(this.#segments) } : {}),
      widthPixels,
      heightPixels,
      framesPerSecond: valueOf(frameRate),
      codecs: [video?.codec, audio?.codec].filter((codec) => codec !== undefined),
    }
  }

  /** Its keyframes' line of the multivariant playlist, when it is complete; none without pictures. */
  describeIframes(): readonly IframeStream[] {
    if (this.keyframes.length === 0) return []
    const { framesPerSecond: _framesPerSecond, codecs, ...stream } = this.describe(true)
    const uri = `${this.#options.name}/${IFRAME_PLAYLIST}`
    return [{ ...stream, ...this.#iframes.bandwidths(this.durationSeconds), uri, codecs: codecs.slice(0, 1) }]
  }

  /** As `describe`, of the fragmented MP4 where there is one. */
  describeFmp4(ended: boolean): readonly PicturedStream[] {
    return this.#fmp4 === undefined ? [] : [this.#fmp4.describe(this.describe(ended), ended)]
  }

  /** The segments of the sound that fragmented MP4 has apart, where this variant writes it. */
  get fmp4Sound(): readonly SizedSegment[] | undefined {
    return this.#fmp4?.soundSegments
  }

  get keyframes(): readonly KeyframePlace[] {
    return this.#iframes.keyframes
  }

  /** Once it has a segment. */
  get head(): OutlineHead {
    return this.#writtenHead()
  }

  shape(): VariantShape {
    const { withAudio, name } = this.#options
    const durationsSeconds = this.#segments.map((segment) => segment.durationSeconds)
    return {
      name,
      durationsSeconds,
      ...(this.#head && { originTicks: this.#head.originTicks }),
      ...(withAudio ? { audioHash: this.#audioHash.copy().digest('hex') } : {}),
    }
  }

  /** Ends the playlist and writes `outline.json`, a segment at a time. */
  async finish(): Promise<void> {
    const outline = join(this.#outFolder, 'outline.json')
    await pipeline(this.#outlineParts(), createWriteStream(`${outline}.tmp`))
    await rename(`${outline}.tmp`, outline)
    await rm(this.#rows)
    if (this.keyframes.length > 0) {
      await writeByRename(join(this.#outFolder, IFRAME_PLAYLIST), this.#iframes.playlist(this.durationSeconds))
    }
    await this.#fmp4?.finish()
    await this.#writePlaylist(true)
  }

  async *#outlineParts(): AsyncGenerator<string> {
    yield outlineText.begin({ ...this.#writtenHead(), ended: true })
    let line = 0
    for await (const row of createInterface({ input: createReadStream(this.#rows), crlfDelay: Infinity })) {
      if (line > 0)
        yield `${line > 1 ? outlineText.between : ''}${outlineText.segment(JSON.parse(row) as OutlineSegment)}`
      line += 1 // the first is the outline's head
    }
    yield outlineText.end
  }

  #writtenHead(): OutlineHead {
    if (this.#head === undefined) throw new Error(`${this.#options.name} has no segment yet`)
    return this.#head
  }
}
