import type { RunEvent } from '../stream/record.ts'
import type { RunLog } from './run-log.ts'

const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 8000

/** What the link tells, as it happens, into the page's log: over a WebSocket, ten messages a second at most. Comes back by
 *  itself when the connection is lost; what happened meanwhile is missing. */
export class LinkFeed {
  readonly #address: URL
  readonly #log: RunLog
  #socket: WebSocket | undefined
  #retryMs = FIRST_RETRY_MS
  #retry: ReturnType<typeof setTimeout> | undefined

  constructor(linkId: string, log: RunLog) {
    this.#address = new URL(`/api/links/${encodeURIComponent(linkId)}/record/ws`, location.href)
    this.#address.protocol = this.#address.protocol === 'https:' ? 'wss:' : 'ws:'
    this.#log = log
  }

  open(): void {
    const socket = new WebSocket(this.#address)
    this.#socket = socket
    socket.onopen = () => (this.#retryMs = FIRST_RETRY_MS)
    socket.onmessage = ({ data }: MessageEvent<string>) => this.#log.tell(eventsOf(data))
    socket.onclose = () => this.#openLater()
  }

  close(): void {
    clearTimeout(this.#retry)
    if (this.#socket === undefined) return
    this.#socket.onclose = null
    this.#socket.onmessage = null
    this.#socket.close()
  }

  /** What the link tells at the beginning of every connection, where its clock and its rate stand, it tells again. */
  reopen(): void {
    this.close()
    this.open()
  }

  /** Spread over half the time, so that many pages do not come back in one moment. */
  #openLater(): void {
    this.#retry = setTimeout(() => this.open(), this.#retryMs * (0.75 + Math.random() / 2))
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS)
  }
}

/** Lines of a record: the head, which tells nothing that a page does not know, and events. */
function eventsOf(lines: string): readonly RunEvent[] {
  return lines.split('\n').flatMap((line) => {
    if (line === '' || line.startsWith('{"format"')) return []
    return [JSON.parse(line) as RunEvent]
  })
}
