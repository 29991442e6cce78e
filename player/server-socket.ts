const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 8000

/** The address of a WebSocket of this page's server. */
export function webSocketAddress(path: string): URL {
  const address = new URL(path, location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  return address
}

/** Text that the server tells over a WebSocket: none of a browser's HTTP connections, on one of which a player's next segment
 *  may go. Comes back by itself when the connection is lost; what was told meanwhile is missing. */
export class ServerSocket {
  readonly #path: string
  readonly #onText: (text: string) => void
  #socket: WebSocket | undefined
  #retryMs = FIRST_RETRY_MS
  #retry: ReturnType<typeof setTimeout> | undefined

  constructor(path: string, onText: (text: string) => void) {
    this.#path = path
    this.#onText = onText
  }

  open(): void {
    const socket = new WebSocket(webSocketAddress(this.#path))
    this.#socket = socket
    socket.onopen = () => (this.#retryMs = FIRST_RETRY_MS)
    socket.onmessage = ({ data }: MessageEvent<string>) => this.#onText(data)
    socket.onclose = () => this.#openLater()
  }

  close(): void {
    clearTimeout(this.#retry)
    if (this.#socket === undefined) return
    this.#socket.onclose = null
    this.#socket.onmessage = null
    this.#socket.close()
  }

  /** Spread over half the time, so that many pages do not come back in one moment. */
  #openLater(): void {
    this.#retry = setTimeout(() => this.open(), this.#retryMs * (0.75 + Math.random() / 2))
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS)
  }
}
