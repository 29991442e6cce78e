import { CodedText, type Coded } from './coded-text.ts'
import { HotFile, type ReadyBody } from './hot-file.ts'
import { factsOfCoded, type TextFacts } from './http-answer.ts'
import { corsHeaders } from './origin-cors.ts'
import type { Encryption } from './package-encryption.ts'
import type { PackageFile } from './package-files.ts'
import { representationOf, type Representation, type RepresentationFacts } from './representation.ts'
import { encryptedBytes } from './segment-keys.ts'

export type FileKind = { readonly type: string; readonly isText: boolean }

/** An open file, and where it was found: whose it is, and in which of the folders that were looked through. */
export type FoundFile = PackageFile & {
  readonly kind: FileKind
  readonly id: string
  readonly folders: readonly string[]
  readonly isGrowing: boolean
  readonly encryption?: Encryption | undefined
}

const GROWING = 'no-cache'
const FINISHED = 'public, max-age=60' // playlists, outlines and posters: the addresses stay, another attempt may replace them
const SEGMENT = 'public, max-age=31536000, immutable'

/** Every head begins with the request's id; its value is put in just before it is sent. */
const before = ['X-Request-Id', '', ...corsHeaders]
export const REQUEST_ID_AT = 1

/** Made once for a content and sent to many: as small as it gets. */
const GZIP_LEVEL = 9

/** A segment or a picture is never rewritten under its name: size and time of writing are its strong tag. With another key it
 *  is another one, though it was not written since. */
export function factsOfFile({
  path,
  stats: { mtimeMs, size },
  kind: { type },
  isGrowing,
  encryption,
}: FoundFile): RepresentationFacts {
  const tag = `${mtimeMs.toString(36)}-${size.toString(36)}`
  const isEncrypted = encryption?.kind === 'segment'
  return {
    sizeBytes: isEncrypted ? encryptedBytes(size) : size,
    type,
    takesRanges: true,
    validators: isEncrypted ? { etag: `"${tag}-${encryption.tag}"` } : { etag: `"${tag}"`, lastModifiedMs: mtimeMs },
    cacheControl: /\.(?:ts|aac|m4s|mp4)$/.test(path) ? SEGMENT : cacheControlOf(isGrowing),
  }
}

export function representationOfFile(found: FoundFile): Representation {
  return representationOf({ ...factsOfFile(found), before })
}

export function hotFile(found: FoundFile, body: Buffer): HotFile {
  return new HotFile({ found, plain: readyBody(representationOfFile(found), body) })
}

/** A playlist or an outline may be replaced while it is read: its tag is the hash of its bytes. */
export function factsOfText({ kind: { type }, stats, isGrowing, encryption }: FoundFile): TextFacts {
  const cacheControl = cacheControlOf(isGrowing)
  const isAsWritten = !isGrowing && encryption === undefined
  return isAsWritten ? { type, cacheControl, lastModifiedMs: stats.mtimeMs } : { type, cacheControl }
}

export function hotText(found: FoundFile, plain: Buffer): HotFile {
  const text = new CodedText(plain, GZIP_LEVEL)
  const facts = factsOfText(found)
  const pack = async (): Promise<ReadyBody> => readyText(await text.packed(), facts)
  return new HotFile({ found, plain: readyText(text.plain, facts), ...(text.isPackable ? { pack } : {}) })
}

function readyBody(representation: Representation, body: Buffer): ReadyBody {
  const { whole } = representation
  const lines = whole.flatMap((name, at) => (at > REQUEST_ID_AT && at % 2 === 0 ? `${name}: ${whole[at + 1]}\r\n` : []))
  return { representation, body, lines: lines.join('') }
}

function readyText(coded: Coded, facts: TextFacts): ReadyBody {
  const more = ['Vary', 'Accept-Encoding', ...(coded.isPacked ? ['Content-Encoding', 'gzip'] : [])]
  const representation = representationOf({ ...factsOfCoded(coded, facts), before: [...before, ...more] })
  return readyBody(representation, coded.body)
}

function cacheControlOf(isGrowing: boolean): string {
  return isGrowing ? GROWING : FINISHED
}
