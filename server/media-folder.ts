import { randomBytes } from 'node:crypto'
import { mkdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal } from './refusal.ts'

const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789' // 32 characters, none of them easily misread
const ID_CHARACTERS = 10 // 50 bits: not guessed, and still short enough to type
const ID_PATTERN = /^[a-kmnp-z2-9]{10}$/

/** A new id of a video: random, safe in addresses and as the name of a folder. */
export function newVideoId(bytes: (count: number) => Uint8Array = randomBytes): string {
  return [...bytes(ID_CHARACTERS)].map((byte) => ALPHABET[byte & 31]).join('')
}

/** Whether a text has the form of our ids: only then may it become part of a path. */
export function isVideoId(text: string): boolean {
  return ID_PATTERN.test(text)
}

/** Where the things of the library are. Names of people never come into these paths. */
export class MediaFolder {
  readonly root: string
  readonly runs: string
  readonly uploads: string // half uploads and folders on their way in or out; on the same disk, so that a rename moves

  constructor(root: string) {
    this.root = root
    this.runs = join(root, '.runs')
    this.uploads = join(root, '.uploads')
  }

  /** The folder of one video. Throws RangeError for anything that is no id. */
  video(id: string): string {
    if (!isVideoId(id)) throw new RangeError(`expected an id of a video, got "${id}"`)
    return join(this.root, id)
  }

  record(id: string): string {
    return join(this.video(id), 'video.json')
  }

  /** The published package. */
  package(id: string): string {
    return join(this.video(id), 'hls')
  }

  /** The package of one attempt while it is being made. */
  attempt(id: string, attempt: number): string {
    return join(this.video(id), `hls.${attempt}.tmp`)
  }

  /** A file or folder on its way: `part` a whole file being received, `video` one about to appear, `gone` one being removed,
   *  `loop` what a channel plays again and again. */
  passing(id: string, kind: 'part' | 'video' | 'gone' | 'loop'): string {
    if (!isVideoId(id)) throw new RangeError(`expected an id of a video, got "${id}"`)
    return join(this.uploads, `${id}.${kind}`)
  }

  async create(): Promise<void> {
    await mkdir(this.uploads, { recursive: true })
  }

  /** Throws the refusal `disk-full` when `neededBytes` more would leave less than `reserveBytes` free. */
  async requireFreeSpace(neededBytes: number, reserveBytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.root)
    const freeBytes = bavail * bsize
    if (freeBytes - neededBytes >= reserveBytes) return
    throw new Refusal(
      'disk-full',
      `expected ${inMegabytes(neededBytes + reserveBytes)} free in the media folder, found ${inMegabytes(freeBytes)}`,
    )
  }
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB` // 1 MB = 10^6 bytes
}
