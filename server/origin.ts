import { constants, type Stats } from 'node:fs'
import { lstat, open, type FileHandle } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname, extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { CodedText, sendText, writeHead, type Asked } from './http-answer.ts'
import type { LiveOrigin } from './live-origin.ts'
import { Refusal } from './refusal.ts'

/** What the origin needs of the library: the folders in which a video's files may lie, the likeliest first. */
export type PackageShelf = { packageFolders(id: string): readonly string[] }

type FileKind = { readonly type: string; readonly isText: boolean }
const fileKinds: Readonly<Record<string, FileKind>> = {
  '.m3u8': { type: 'application/vnd.apple.mpegurl', isText: true }, // RFC 8216 section 4
  '.json': { type: 'application/json', isText: true },
  '.ts': { type: 'video/mp2t', isText: false },
  '.aac': { type: 'audio/aac', isText: false },
  '.vtt': { type: 'text/vtt; charset=utf-8', isText: true }, // RFC 8216 section 3.5: UTF-8
  '.m4s': { type: 'video/iso.segment', isText: false }, // RFC 8216 section 3.3 has no word for it; DASH's
  '.mp4': { type: 'video/mp4', isText: false },
  '.jpg': { type: 'image/jpeg', isText: false },
}

const ALLOWED_METHODS = 'GET, HEAD, OPTIONS'
const GROWING = 'no-cache'
const FINISHED = 'public, max-age=60' // playlists, outlines and posters: the addresses stay, another attempt may replace them
const SEGMENT = 'public, max-age=31536000, immutable'

/** How a request is answered: what of its address the origin sees, and whether anybody may keep the answer. */
export type AnswerOptions = { readonly path: string; readonly isCacheable: boolean }

/** `/hls/<id>/<file>` or `/hls/<id>/<variant>/<file>`. No name begins with a dot, none holds a slash, a backslash, a
 *  percent sign or a NUL, so none leads out of the package or to its scratch files. */
const PACKAGE_PATH = /^\/hls\/([A-Za-z0-9]+)\/((?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)?[A-Za-z0-9_-][A-Za-z0-9._-]*)$/

/** The HLS packages as plain files over HTTP. Answers before Express: players ask for thousands of segments. */
export class Origin {
  readonly #shelf: PackageShelf
  readonly #live: LiveOrigin | undefined

  constructor(shelf: PackageShelf, live?: LiveOrigin) {
    this.#shelf = shelf
    this.#live = live
  }

  /** Whether an address is the origin's to answer. */
  serves(path: string): boolean {
    return path.startsWith('/hls/')
  }

  /** Answers one request, or throws the refusal. */
  async answer(request: IncomingMessage, response: ServerResponse, options: AnswerOptions): Promise<void> {
    allowEveryOrigin(response)
    if (request.method === 'OPTIONS') return answerPreflight(response)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new Refusal('method-not-allowed', `expected ${ALLOWED_METHODS}, got ${request.method}`, {
        Allow: ALLOWED_METHODS,
      })
    }
    const { path, isCacheable } = options
    const [, id = '', name = ''] = PACKAGE_PATH.exec(path) ?? []
    if (this.#live?.has(id) === true) return this.#live.answer(id, name, { request, response, isCacheable })
    const kind = fileKinds[extname(name)]
    const found = kind && (await this.#openFile(id, name))
    if (kind === undefined || found === undefined) throw new Refusal('not-found', `there is no ${path.slice(0, 200)}`)
    try {
      const asked = { request, response, kind, found, isCacheable }
      if (kind.isText) await answerText(asked)
      else await answerFile(asked, /\.(?:ts|aac|m4s|mp4)$/.test(name) ? SEGMENT : cacheControl(found))
    } finally {
      await found.file.close()
    }
  }

  async #openFile(id: string, name: string): Promise<FoundFile | undefined> {
    const folders = this.#shelf.packageFolders(id)
    for (const folder of folders) {
      const file = await openInside(folder, name)
      if (file !== undefined) return { file, stats: await file.stat(), isGrowing: folders.length > 1 }
    }
    return undefined
  }
}

type AskedFile = Asked & { readonly kind: FileKind; readonly found: FoundFile }

type FoundFile = { readonly file: FileHandle; readonly stats: Stats; readonly isGrowing: boolean }

/** Opens a file of a package; undefined when it is not there, or behind a symbolic link. */
async function openInside(folder: string, name: string): Promise<FileHandle | undefined> {
  const path = join(folder, name)
  try {
    if (name.includes('/') && !(await lstat(dirname(path))).isDirectory()) return undefined
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    if ((await file.stat()).isFile()) return file
    await file.close()
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined
    throw error
  }
}

/** CORS for whoever plays: the answer may be read by a page of any origin, refusals too. */
export function allowEveryOrigin(response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', '*')
  response.setHeader('Access-Control-Expose-Headers', 'Content-Length, Content-Range, ETag, Last-Modified')
  response.setHeader('X-Content-Type-Options', 'nosniff')
}

function answerPreflight(response: ServerResponse): void {
  response.writeHead(204, {
    Allow: ALLOWED_METHODS,
    'Access-Control-Allow-Methods': ALLOWED_METHODS,
    'Access-Control-Allow-Headers': 'Range, If-Range, If-None-Match, If-Modified-Since, Cache-Control',
    'Access-Control-Max-Age': '86400',
  })
  response.end()
}

function cacheControl({ isGrowing }: FoundFile): string {
  return isGrowing ? GROWING : FINISHED
}

/** Playlists and outlines may be replaced while they are read: one buffer. */
async function answerText({ kind, found, ...asked }: AskedFile): Promise<void> {
  const text = new CodedText(await found.file.readFile())
  const { isGrowing, stats } = found
  const modified = isGrowing ? {} : { lastModifiedMs: stats.mtimeMs }
  await sendText(asked, text, { type: kind.type, cacheControl: cacheControl(found), ...modified })
}

const READ_BYTES = 256 * 1024 // at once: each read is a trip to another thread

/** A segment or a picture is never rewritten under its name: size and time of writing are its strong tag. */
async function answerFile({ kind, found: { file, stats }, ...asked }: AskedFile, cacheControl: string): Promise<void> {
  const { response } = asked
  const etag = `"${stats.mtimeMs.toString(36)}-${stats.size.toString(36)}"`
  const range = writeHead(asked, {
    type: kind.type,
    sizeBytes: stats.size,
    cacheControl,
    validators: { etag, lastModifiedMs: stats.mtimeMs },
    takesRanges: true,
  })
  if (range === undefined || stats.size === 0) return void response.end()
  const { first: start, last: end } = range
  await pipeline(file.createReadStream({ start, end, autoClose: false, highWaterMark: READ_BYTES }), response)
}
