import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFragment, writeInitSection, type Fmp4Run, type Fmp4Tracks } from '../protocol/fmp4-writer.ts'
import { averageBandwidth, peakBandwidth, type SizedSegment } from '../protocol/playlist-bandwidth.ts'
import { writeMediaPlaylist, type PlaylistSegment } from '../protocol/playlist-writer.ts'
import { writeByRename } from './write-by-rename.ts'

const INIT = 'init.mp4'

/** The files of one media playlist of fragmented MP4, in a folder that exists, each there at once. */
export class Fmp4Files {
  readonly #folder: string
  readonly #playlist: string
  readonly #targetDurationSeconds: number
  readonly #segments: (PlaylistSegment & SizedSegment)[] = []

  constructor(folder: string, playlist: string, { targetDurationSeconds }: { readonly targetDurationSeconds: number }) {
    this.#folder = folder
    this.#playlist = playlist
    this.#targetDurationSeconds = targetDurationSeconds
  }

  get segments(): readonly SizedSegment[] {
    return this.#segments
  }

  bandwidths(): { readonly bandwidthBitsPerSecond: number; readonly averageBandwidthBitsPerSecond: number } {
    return {
      bandwidthBitsPerSecond: peakBandwidth(this.#segments, this.#targetDurationSeconds),
      averageBandwidthBitsPerSecond: averageBandwidth(this.#segments),
    }
  }

  /** Adds a segment, named as that of the transport stream; `tracks` goes into the initialisation section of the first. */
  async add(
    { uri: tsUri, durationSeconds }: PlaylistSegment,
    runs: readonly Fmp4Run[],
    tracks: Fmp4Tracks,
  ): Promise<void> {
    if (this.#segments.length === 0) await writeFile(join(this.#folder, INIT), writeInitSection(tracks))
    const bytes = writeFragment(this.#segments.length + 1, runs)
    const uri = tsUri.replace(/\.ts$/, '.m4s')
    await writeFile(join(this.#folder, `${uri}.tmp`), bytes)
    await rename(join(this.#folder, `${uri}.tmp`), join(this.#folder, uri))
    this.#segments.push({ uri, sizeBytes: bytes.length, durationSeconds })
    await this.writePlaylist(false)
  }

  async writePlaylist(ended: boolean): Promise<void> {
    const [targetDurationSeconds, segments] = [this.#targetDurationSeconds, this.#segments]
    const text = writeMediaPlaylist({ targetDurationSeconds, initUri: INIT, segments, ended })
    await writeByRename(join(this.#folder, this.#playlist), text)
  }
}
