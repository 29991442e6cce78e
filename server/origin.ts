import { lstatSync, type Stats } from 'node:fs'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { extname } from 'node:path'
import type { HotFile, ReadyBody } from './hot-file.ts'
import { HotStore, type ReservedPlace } from './hot-store.ts'
import { answerThroughLink } from './link-answer.ts'
import type { LiveOrigin } from './live-origin.ts'
import { ALLOWED_METHODS, allowEveryOrigin, answerPreflight } from './origin-cors.ts'
import { hotFile, hotText, REQUEST_ID_AT, representationOfFile, type FileKind, type FoundFile } from './origin-files.ts'
import { isSameFile, isSettled, openPackageFile, readWholeFile } from './package-files.ts'
import { ReadBuffers } from './read-buffers.ts'
import { Refusal } from './refusal.ts'
import { answerTo, type Answer } from './representation.ts'
import { sendFile } from './send-file.ts'
import { SlowAnswers, type AnswerLimits } from './slow-answers.ts'

/** What the origin needs of the library: the folders in which a video's files may lie, the likeliest first. */
export type PackageShelf = { packageFolders(id: string): readonly string[] }

export type OriginOptions = {
  readonly hotBytes: number // of files in memory; 0 for none
  readonly limits: AnswerLimits
  readonly live?: LiveOrigin // whose channels come before what the shelf has
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

/** How a request is answered: what of its address the origin sees, whether anybody may keep the answer, and the id that it
 *  tells. */
export type AnswerOptions = { readonly path: string; readonly isCacheable: boolean; readonly requestId: string }

/** An answer with the whole of a file. Who has not written all of it at once says so: what `use` gives is called at its end. */
export type HotAnswer = { readonly head: string; readonly body: Buffer; readonly use: () => () => void }

type Asked = AnswerOptions & { readonly request: IncomingMessage; readonly response: ServerResponse }

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
  readonly #texts: HotStore<HotFile>
  readonly #files: HotStore<HotFile>
  readonly #coming = new Map<string, Promise<HotFile | undefined>>() // files on their way into memory, by address
  readonly #buffers = new ReadBuffers(READ_BUFFERS)
  readonly #turns = new Turns()
  readonly slowAnswers: SlowAnswers
  /** Answers with bytes of a file, or 304, by where they came from. */
  readonly answers = { memory: 0, disk: 0 }

  constructor(shelf: PackageShelf, { hotBytes, limits, live }: OriginOptions = DEFAULTS) {
    this.#shelf = shelf
    this.#live = live
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

  /** Answers a GET or HEAD at once, from memory. False: `answer` has to. Throws the refusal of 416. */
  answerHot(request: IncomingMessage, response: ServerResponse, options: AnswerOptions): boolean {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false
    const hot = this.#findHot(options.path)
    const ready = hot?.ready(request.headers)
    if (hot === undefined || ready === undefined) return false
    this.#send({ request, response, ...options }, hot, ready)
    this.answers.memory += 1
    return true
  }

  /** The same for who writes by himself, to a GET of the whole. */
  hotAnswer(path: string, headers: IncomingHttpHeaders, requestId: string): HotAnswer | undefined {
    const hot = this.#findHot(path)
    const ready = hot?.ready(headers)
    if (hot === undefined || ready === undefined) return undefined
    this.answers.memory += 1
    const { lines, body } = ready
    const head = `HTTP/1.1 200 OK\r\nX-Request-Id: ${requestId}\r\n${lines}`
    return { head, body, use: () => this.#storeOf(hot).use(path, hot) }
  }

  #findHot(path: string): HotFile | undefined {
    const hot = this.#texts.find(path) ?? this.#files.find(path)
    if (hot === undefined || this.#isCurrent(hot)) return hot
    this.#storeOf(hot).remove(path)
    return undefined
  }

  /** Answers one request, or throws the refusal. */
  async answer(request: IncomingMessage, response: ServerResponse, options: AnswerOptions): Promise<void> {
    const asked = { request, response, ...options }
    if (request.method === 'OPTIONS') {
      allowEveryOrigin(response, !options.isCacheable)
      return answerPreflight(response)
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new Refusal('method-not-allowed', `expected ${ALLOWED_METHODS}, got ${request.method}`, {
        Allow: ALLOWED_METHODS,
      })
    }
    const { path } = options
    const [, id = '', name = ''] = PACKAGE_PATH.exec(path) ?? []
    if (this.#live?.has(id) === true) return this.#answerLive(this.#live, { id, name }, asked)
    const lookedAtUnixMs = Date.now()
    const found = await this.#find(id, name)
    if (found === undefined) throw new Refusal('not-found', `there is no ${path.slice(0, 200)}`)
    try {
      if (!options.isCacheable) await answerThroughLink(asked, found)
      else if (found.kind.isText) await this.#answerText(asked, found, lookedAtUnixMs)
      else await this.#answerFile(asked, found, lookedAtUnixMs)
    } finally {
      await found.handle.close()
    }
  }

  /** Out of the channel's own memory: its files are on no disk, and what was kept of them would be old. */
  async #answerLive(live: LiveOrigin, { id, name }: { id: string; name: string }, asked: Asked): Promise<void> {
    const { request, response, isCacheable, requestId } = asked
    response.setHeader('X-Request-Id', requestId)
    allowEveryOrigin(response, !isCacheable)
    await live.answer(id, name, { request, response, isCacheable })
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
    const hot = isAsFound(known, found) ? known : hotText(found, await readWholeFile(found))
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
    const answer = answerTo(request, representationOfFile(found))
    writeHead(asked, answer)
    const { body } = answer
    if (body === undefined || found.stats.size === 0) return void response.end()
    this.slowAnswers.watch(response, body.last + 1 - body.first)
    await sendFile(response, found, body, this.#buffers)
  }

  /** The file in memory, when it is asked for again and there is room: read once for all who ask meanwhile. */
  async #fetchHot(path: string, found: FoundFile, lookedAtUnixMs: number): Promise<HotFile | undefined> {
    const coming = this.#coming.get(path)
    if (coming !== undefined) {
      const hot = await coming
      return isAsFound(hot, found) ? hot : undefined
    }
    const { size } = found.stats
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
    writeHead(asked, answer)
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

function isAsFound(hot: HotFile | undefined, { folders, stats }: FoundFile): hot is HotFile {
  return hot !== undefined && isSameList(hot.place.folders, folders) && isSameFile(hot.place.stats, stats)
}

async function readInto(place: ReservedPlace<HotFile>, found: FoundFile): Promise<HotFile> {
  try {
    const hot = hotFile(found, await readWholeFile(found))
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

function writeHead({ response, requestId }: Asked, { status, headers }: Answer): void {
  headers[REQUEST_ID_AT] = requestId
  response.writeHead(status, headers)
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
