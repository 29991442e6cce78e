import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import type { Gate } from './gate.ts'
import { problemOf, Refusal, refusalFor } from './refusal.ts'

/** `id` is what stands in the path for `:id`. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer, id: string) => void

export type UpgradeParts = {
  readonly gate: Gate
  /** By path, in which one element may be `:id`; each takes over the connection or throws a refusal. */
  readonly upgrades: Readonly<Record<string, UpgradeHandler>>
  readonly logger: Logger
}

/** WebSockets by path. `refusalNow` tells why none may be opened at the moment, if so. */
export class HttpUpgrades {
  readonly #parts: UpgradeParts
  readonly #refusalNow: (request: IncomingMessage) => Refusal | undefined

  constructor(parts: UpgradeParts, refusalNow: (request: IncomingMessage) => Refusal | undefined) {
    this.#parts = parts
    this.#refusalNow = refusalNow
  }

  take(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { gate, upgrades, logger } = this.#parts
    socket.on('error', () => socket.destroy()) // the client went away during the handshake
    try {
      const path = (request.url ?? '').split('?', 1)[0] ?? ''
      const found = findUpgrade(upgrades, path)
      if (found === undefined) throw new Refusal('not-found', `there is no WebSocket at ${path.slice(0, 200)}`)
      const refusal = this.#refusalNow(request)
      if (refusal !== undefined) throw refusal
      gate.check(request)
      found.handle(request, socket, head, found.id)
    } catch (error) {
      const refusal = refusalFor(error)
      if (refusal === undefined) logger.error({ err: error }, 'an upgrade failed')
      refuseUpgrade(socket, refusal ?? new Refusal('internal', 'see the log'))
    }
  }
}

function findUpgrade(
  upgrades: UpgradeParts['upgrades'],
  path: string,
): { readonly handle: UpgradeHandler; readonly id: string } | undefined {
  for (const [pattern, handle] of Object.entries(upgrades)) {
    const match = new RegExp(`^${pattern.replace(':id', '([^/]+)')}$`).exec(path)
    if (match !== null) return { handle, id: match[1] ?? '' }
  }
  return undefined
}

/** An upgrade has no ServerResponse: the problem is written by hand. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const body = JSON.stringify(problemOf(refusal))
  const headers = Object.entries(refusal.headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(
    `HTTP/1.1 ${refusal.status} Refused\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n${headers.join('')}\r\n${body}`,
  )
}
