import { signal } from '@preact/signals'
import { pairWords } from './words.ts'

const isCaption = ({ kind }: TextTrack): boolean => kind === 'captions' || kind === 'subtitles'

/** The captions of a video element: subtitle renditions of the package, and those inside the picture's own stream. */
export class CaptionTracks {
  readonly labels = signal<readonly string[]>([])
  readonly chosen = signal<number | undefined>(undefined)
  readonly #tracks: TextTrackList

  constructor(video: HTMLVideoElement) {
    this.#tracks = video.textTracks
    this.#tracks.addEventListener('addtrack', this.#look)
    this.#tracks.addEventListener('removetrack', this.#look)
  }

  /** Shows one of `labels`, or none. */
  choose(index: number | undefined): void {
    this.chosen.value = index
    this.#captions().forEach((track, at) => (track.mode = at === index ? 'showing' : 'disabled'))
  }

  readonly #look = (): void => {
    this.labels.value = this.#captions().map(
      ({ label, language }, index) => label || language || pairWords.captionsNumbered(index + 1),
    )
  }

  #captions(): TextTrack[] {
    return Array.from(this.#tracks).filter(isCaption)
  }
}
