import { lstatSync, type Stats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { encryptedPieces, readServed } from './encrypted-file.ts'
import type { HotFile, ReadyBody } from './hot-file.ts'
import { HotStore, type ReservedPlace } from './hot-store.ts'
import { HlsAccess, keptUntil } from './hls-access.ts'
import { answerKey } from './key-answer.ts'
import { answerThroughLink } from './link-answer.ts'
import type { LiveOrigin } from './live-origin.ts'
import { ALLOWED_METHODS, allowEveryOrigin, answerPreflight } from './origin-cors.ts'
import {
  factsOfFile,
  hotFile,
  hotText,
  REQUEST_ID_AT,
  representationOfFile,
  type FileKind,
  type FoundFile,
} from './origin-files.ts'
import type { PackageEncryption } from './package-encryption.ts'
import { isSameFile, isSettled, openPackageFile } from './package-files.ts'
import { ReadBuffers } from './read-buffers.ts'
import { Refusal } from './refusal.ts'
import { answerTo, type Answer, type Representation } from './representation.ts'
import { sendFile } from './send-file.ts'
import { SlowAnswers, type AnswerLimits } from './slow-answers.ts'

/** What the origin needs of the library: the folders in which a video's files may lie, the likeliest first. */
export type PackageShelf = { packageFolders(id: string): readonly string[] }

export type OriginOptions = {
  readonly hotBytes: number // of files in memory; 0 for none
  readonly limits: AnswerLimits
  readonly live?: LiveOrigin // whose channels come before what the shelf has
  readonly access?: HlsAccess // absent: whoever asks is answered
  readonly encryption?: PackageEncryption | undefined // absent: the segments are as they lie on the disk
}

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

/** How a request is answered: its address without the query, whether anybody may keep the answer, and the id that it
 *  tells. */
export type AnswerOptions = { readonly path: string; readonly isCacheable: boolean; readonly requestId: string }

/** An answer with the whole of a file. Who has not written all of it at once says so: what `use` gives is called at its end. */
export type HotAnswer = { readonly head: string; readonly body: Buffer; readonly use: () => () => void }

type Asked = AnswerOptions & {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly validUntilUnixMs?: number // of the token in its address
}

/** `/hls/<id>/<file>` or `/hls/<id>/<variant>/<file>`. No name begins with a dot, none holds a slash, a backslash, a
 *  percent sign or a NUL, so none leads out of the package or to its scratch files. */
const PACKAGE_PATH = /^\/hls\/([A-Za-z0-9]+)\/((?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)?[A-Za-z0-9_-][A-Za-z0-9._-]*)$/

const DEFAULTS: OriginOptions = {
  hotBytes: 128_000_000,
  limits: { idleMs: 120_000, slowestBitsPerSecond: 64_000 },
}

/** Of the memory for hot files, so much is for texts; the largest of each kind takes a part of its share. */
const TEXT_SHARE = 1 / 4
const LARGEST_TEXT = 1 / 2
const LARGEST_FILE = 1 / 8

/** Each read is a trip to another thread. Thousands of slow clients each hold one of the smallest. */
const READ_BUFFERS = { budgetBytes: 32 << 20, smallestBytes: 32 << 10, largestBytes: 1 << 20 }

/** The HLS packages as plain files over HTTP. Answers before Express: players ask for thousands of segments. What is asked
 *  for again is held in memory, and looked at on the disk before each answer: a file that was replaced, or removed, is
 *  never served from there. */
export class Origin {
  readonly #shelf: PackageShelf
  readonly #live: LiveOrigin | undefined
  readonly #access: HlsAccess
  readonly #encryption: PackageEncryption | undefined
  readonly #texts: HotStore<HotFile>
  readonly #files: HotStore<HotFile>
  readonly #coming = new Map<string, Promise<HotFile | undefined>>() // files on their way into memory, by address
  readonly #buffers = new ReadBuffers(READ_BUFFERS)
  readonly #turns = new Turns()
  readonly slowAnswers: SlowAnswers
  /** Answers with bytes of a file, or 304, by where they came from. */
  readonly answers = { memory: 0, disk: 0 }

  constructor(shelf: PackageShelf, { hotBytes, limits, live, access, encryption }: OriginOptions = DEFAULTS) {
    this.#shelf = shelf
    this.#live = live
    this.#access = access ?? new HlsAccess()
    this.#encryption = encryption
    const textBytes = Math.floor(hotBytes * TEXT_SHARE)
    const fileBytes = hotBytes - textBytes
    this.#texts = new HotStore({ maxBytes: textBytes, largestBytes: textBytes * LARGEST_TEXT })
    this.#files = new HotStore({ maxBytes: fileBytes, largestBytes: fileBytes * LARGEST_FILE })
    this.slowAnswers = new SlowAnswers(limits)
  }

  /** Of files in memory, those included that are still being sent. */
  get hotBytes(): number {
    return this.#texts.bytes + this.#files.bytes
  }

  /** Those, and what files are read into on their way out. */
  get memoryBytes(): number {
    return this.hotBytes + this.#buffers.bytes
  }

  /** Whether an address is the origin's to answer. */
  serves(path: string): boolean {
    return path.startsWith('/hls/')
  }

  /** Answers a GET or HEAD at once, from memory. False: `answer` has to. Throws the refusals of 403 and 416. */
  answerHot(request: IncomingMessage, response: ServerResponse, options: AnswerOptions): boolean {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false
    const admitted = this.#access.admit(options.path)
    const hot = this.#findHot(admitted.path)
    const ready = hot?.ready(request.headers)
    if (hot === undefined || ready === undefined) return false
    this.#send({ request, response, ...options, ...admitted }, hot, ready)
    this.answers.memory += 1
    return true
  }

  /** The same for who writes by himself, to a GET of the whole. Refuses nothing: then there is no such answer. */
  hotAnswer(address: string, headers: IncomingHttpHeaders, requestId: string): HotAnswer | undefined {
    const admitted = this.#access.admitted(address)
    if (admitted === undefined) return undefined
    const { path, validUntilUnixMs } = admitted
    const hot = this.#findHot(path)
    const ready = hot?.ready(headers)
    if (hot === undefined || ready === undefined) return undefined
    this.answers.memory += 1
    const head = `HTTP/1.1 200 OK\r\nX-Request-Id: ${requestId}\r\n${linesUntil(ready, validUntilUnixMs)}`
    return { head, body: ready.body, use: () => this.#storeOf(hot).use(path, hot) }
  }

  #findHot(path: string): HotFile | undefined {
    const hot = this.#texts.find(path) ?? this.#files.find(path)
    if (hot === undefined || this.#isCurrent(hot)) return hot
    this.#storeOf(hot).remove(path)
    return undefined
  }

  /** Answers one request, or throws the refusal. */
  async answer(request: IncomingMessage, response: ServerResponse, options: AnswerOptions): Promise<void> {
    if (request.method === 'OPTIONS') {
      allowEveryOrigin(response, !options.isCacheable)
      return answerPreflight(response)
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new Refusal('method-not-allowed', `expected ${ALLOWED_METHODS}, got ${request.method}`, {
        Allow: ALLOWED_METHODS,
      })
    }
    const asked = { request, response, ...options, ...this.#access.admit(options.path) }
    const { path } = asked
    const [, id = '', name = ''] = PACKAGE_PATH.exec(path) ?? []
    const key = this.#encryption?.keyAt(id, name)
    if (key !== undefined) return this.#answerKey(id, key, asked)
    if (this.#live?.has(id) === true) return this.#answerLive(this.#live, { id, name }, asked)
    const lookedAtUnixMs = Date.now()
    const opened = await this.#find(id, name)
    if (opened === undefined) throw nothingAt(path)
    try {
      const found = { ...opened, encryption: this.#encryption?.of(id, name) }
      if (!options.isCacheable) await answerThroughLink(asked, found)
      else if (found.kind.isText) await this.#answerText(asked, found, lookedAtUnixMs)
      else await this.#answerFile(asked, found, lookedAtUnixMs)
    } finally {
      await opened.handle.close()
    }
  }

  /** The key of a rendition that is there. */
  async #answerKey(id: string, { rendition, key }: RenditionKey, asked: Asked): Promise<void> {
    const isDirectory = (folder: string): Promise<boolean> =>
      lstat(join(folder, rendition)).then(
        (stats) => stats.isDirectory(),
        () => false,
      )
    const isThere = await Promise.all(this.#shelf.packageFolders(id).map(isDirectory))
    if (this.#live?.has(id) !== true && !isThere.includes(true)) throw nothingAt(asked.path)
    answerKey(asked.response, key, asked)
  }

  /** Out of the channel's own memory: its files are on no disk, and what was kept of them would be old. */
  async #answerLive(live: LiveOrigin, { id, name }: { id: string; name: string }, asked: Asked): Promise<void> {
    const { request, response, isCacheable, requestId, validUntilUnixMs } = asked
    response.setHeader('X-Request-Id', requestId)
    allowEveryOrigin(response, !isCacheable)
    await live.answer(id, name, { request, response, isCacheable, validUntilUnixMs })
    if (isCacheable) this.#watchRest(response)
  }

  async #find(id: string, name: string): Promise<FoundFile | undefined> {
    const kind = fileKinds[extname(name)]
    if (kind === undefined) return undefined
    const folders = this.#shelf.packageFolders(id)
    for (const folder of folders) {
      const file = await openPackageFile(folder, name)
      if (file !== undefined) return { ...file, id, folders, kind, isGrowing: folders.length > 1 }
    }
    return undefined
  }

  /** A text is read whole in any case, for its tag; so it is kept at once. */
  async #answerText(asked: Asked, found: FoundFile, lookedAtUnixMs: number): Promise<void> {
    const known = this.#texts.find(asked.path) // it is only to be packed
    const hot = isAsFound(known, found) ? known : hotText(found, await readServed(found))
    if (hot !== known && isSettled(found.stats, lookedAtUnixMs)) {
      this.#texts.reserve(asked.path, hot.sizeBytes)?.fill(hot)
    }
    this.answers.disk += 1
    this.#send(asked, hot, await hot.makeReady(asked.request.headers))
  }

  async #answerFile(asked: Asked, found: FoundFile, lookedAtUnixMs: number): Promise<void> {
    const { request, response, path } = asked
    const hot = await this.#fetchHot(path, found, lookedAtUnixMs)
    this.answers.disk += 1
    if (hot !== undefined) return this.#send(asked, hot, hot.plain)
    const representation = representationOfFile(found)
    const answer = answerTo(request, representation)
    writeHead(asked, answer, representation)
    const { body } = answer
    if (body === undefined || representation.sizeBytes === 0) return void response.end()
    this.slowAnswers.watch(response, body.last + 1 - body.first)
    const { encryption } = found
    if (encryption?.kind !== 'segment') return sendFile(response, found, body, this.#buffers)
    await pipeline(encryptedPieces(found, { ...encryption, range: body }, this.#buffers), response)
  }

  /** The file in memory, when it is asked for again and there is room: read once for all who ask meanwhile. */
  async #fetchHot(path: string, found: FoundFile, lookedAtUnixMs: number): Promise<HotFile | undefined> {
    const coming = this.#coming.get(path)
    if (coming !== undefined) {
      const hot = await coming
      return isAsFound(hot, found) ? hot : undefined
    }
    const { sizeBytes: size } = factsOfFile(found)
    if (!isSettled(found.stats, lookedAtUnixMs) || !this.#files.isAskedAgain(path, size)) return undefined
    const place = this.#files.reserve(path, size)
    if (place === undefined) return undefined
    const reading = readInto(place, found)
    const forOthers = reading.catch(() => undefined) // who read it alone then
    this.#coming.set(path, forOthers)
    try {
      return await reading
    } finally {
      this.#coming.delete(path)
    }
  }

  /** Whether the library still offers the file where it was found, and the file is still the same. Looked at once for all
   *  requests that the event loop has taken up together: those had come before it looked. */
  #isCurrent(hot: HotFile): boolean {
    const { id, folders, path, stats } = hot.place
    if (this.#live?.has(id) === true || !isSameList(this.#shelf.packageFolders(id), folders)) return false
    const turn = this.#turns.current()
    if (hot.seenInTurn === turn) return true
    if (!isSameFile(stats, lookAt(path))) return false
    hot.seenInTurn = turn
    return true
  }

  #storeOf({ kind }: HotFile): HotStore<HotFile> {
    return kind.isText ? this.#texts : this.#files
  }

  /** Sends what is in memory. As long as the client has not taken all of it, it counts as used. */
  #send(asked: Asked, hot: HotFile, { representation, body }: ReadyBody): void {
    const { request, response, path } = asked
    const answer = answerTo(request, representation)
    const { body: range } = answer
    writeHead(asked, answer, representation)
    response.end(range && body.subarray(range.first, range.last + 1))
    if (this.#watchRest(response)) response.once('close', this.#storeOf(hot).use(path, hot))
  }

  /** Watches an answer that has been written to its end, when the client's system has not taken all of it. */
  #watchRest(response: ServerResponse): boolean {
    if (response.writableLength === 0 || response.destroyed) return false
    this.slowAnswers.watch(response, response.writableLength)
    return true
  }
}

type RenditionKey = NonNullable<ReturnType<PackageEncryption['keyAt']>>

function nothingAt(path: string): Refusal {
  return new Refusal('not-found', `there is no ${path.slice(0, 200)}`)
}

function isAsFound(hot: HotFile | undefined, { folders, stats }: FoundFile): hot is HotFile {
  return hot !== undefined && isSameList(hot.place.folders, folders) && isSameFile(hot.place.stats, stats)
}

async function readInto(place: ReservedPlace<HotFile>, found: FoundFile): Promise<HotFile> {
  try {
    const hot = hotFile(found, await readServed(found))
    place.fill(hot)
    return hot
  } catch (error) {
    place.giveUp()
    throw error
  }
}

function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined // a file where a folder was, and the like: who opens it will say so
  }
}

function isSameList(some: readonly string[], others: readonly string[]): boolean {
  return some === others || (some.length === others.length && some.every((text, index) => text === others[index]))
}

/** The headers are those of every answer of the file: what is of this one is put in each time. */
function writeHead(
  { response, requestId, validUntilUnixMs }: Asked,
  { status, headers }: Answer,
  { cacheControl, cacheControlAt }: Representation,
): void {
  headers[REQUEST_ID_AT] = requestId
  headers[cacheControlAt] = keptUntil(cacheControl, validUntilUnixMs, Date.now())
  response.writeHead(status, headers)
}

function linesUntil(
  { lines, representation: { cacheControl } }: ReadyBody,
  validUntilUnixMs: number | undefined,
): string {
  if (validUntilUnixMs === undefined) return lines
  const line = (value: string): string => `\r\nCache-Control: ${value}\r\n`
  return lines.replace(line(cacheControl), line(keptUntil(cacheControl, validUntilUnixMs, Date.now())))
}

/** Numbers the turns of the event loop. Of a turn's requests each had come before the first of them was answered. */
class Turns {
  #turn = 0
  #isOpen = false
  readonly #end = (): void => {
    this.#isOpen = false
    this.#turn += 1
  }

  current(): number {
    if (!this.#isOpen) {
      this.#isOpen = true
      setImmediate(this.#end) // comes after all that the poll for events has brought
    }
    return this.#turn
  }
}
