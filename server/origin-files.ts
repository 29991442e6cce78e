import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { gzip, HotFile, PACKED_FROM_BYTES, type ReadyBody } from './hot-file.ts'
import type { Validators } from './http-conditions.ts'
import { corsHeaders } from './origin-cors.ts'
import type { PackageFile } from './package-files.ts'
import { representationOf, type Representation } from './representation.ts'

export type FileKind = { readonly type: string; readonly isText: boolean }

/** An open file, and where it was found: whose it is, and in which of the folders that were looked through. */
export type FoundFile = PackageFile & {
  readonly kind: FileKind
  readonly id: string
  readonly folders: readonly string[]
  readonly isGrowing: boolean
}

const GROWING = 'no-cache'
const FINISHED = 'public, max-age=60' // playlists, outlines and posters: the addresses stay, another attempt may replace them
const SEGMENT = 'public, max-age=31536000, immutable'

/** Every head begins with the request's id; its value is put in just before it is sent. */
const before = ['X-Request-Id', '', ...corsHeaders]
export const REQUEST_ID_AT = 1

/** Made once for a content and sent to many: as small as it gets. */
const GZIP_LEVEL = 9

/** A segment or a picture, as it is sent: it is never rewritten under its name. */
export function representationOfFile({ path, stats, kind, isGrowing }: FoundFile): Representation {
  const cacheControl = /\.(?:ts|aac|m4s|mp4)$/.test(path) ? SEGMENT : cacheControlOf(isGrowing)
  const { type } = kind
  return representationOf({
    sizeBytes: stats.size,
    type,
    takesRanges: true,
    validators: validatorsOfFile(stats),
    cacheControl,
    before,
  })
}

export function hotFile(found: FoundFile, body: Buffer): HotFile {
  return new HotFile({ found, plain: { representation: representationOfFile(found), body } })
}

/** A playlist or an outline. While it grows a range would join two versions of it: none is offered. */
export function hotText(found: FoundFile, plain: Buffer): HotFile {
  const hash = hashOf(plain)
  const { isGrowing } = found
  const pack = async (): Promise<ReadyBody> => {
    const packed = await gzip(plain, GZIP_LEVEL)
    return readyText(found, packed, { tag: `${hash}-gzip`, takesRanges: false, encoding: ['Content-Encoding', 'gzip'] })
  }
  return new HotFile({
    found,
    plain: readyText(found, plain, { tag: hash, takesRanges: !isGrowing, encoding: [] }),
    ...(plain.length < PACKED_FROM_BYTES ? {} : { pack }),
  })
}

type TextForm = { readonly tag: string; readonly takesRanges: boolean; readonly encoding: readonly string[] }

function readyText({ kind, stats, isGrowing }: FoundFile, body: Buffer, form: TextForm): ReadyBody {
  const representation = representationOf({
    sizeBytes: body.length,
    type: kind.type,
    takesRanges: form.takesRanges,
    validators: validatorsOfText(form.tag, stats, isGrowing),
    cacheControl: cacheControlOf(isGrowing),
    before: [...before, 'Vary', 'Accept-Encoding', ...form.encoding],
  })
  return { representation, body }
}

function cacheControlOf(isGrowing: boolean): string {
  return isGrowing ? GROWING : FINISHED
}

function validatorsOfFile({ mtimeMs, size }: Stats): Validators {
  return { etag: `"${mtimeMs.toString(36)}-${size.toString(36)}"`, lastModifiedMs: mtimeMs }
}

/** A text may be replaced while it is read: its tag is the hash of its bytes, another one for each encoding. While it
 *  grows, whole seconds are too coarse for Last-Modified. */
function validatorsOfText(tag: string, { mtimeMs }: Stats, isGrowing: boolean): Validators {
  return isGrowing ? { etag: `"${tag}"` } : { etag: `"${tag}"`, lastModifiedMs: mtimeMs }
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
}
