import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import type { WebSocket } from 'ws'
import { SILENCE_MS } from './live-run.ts'
import { PlacesByAddress } from './places-by-address.ts'
import { Refusal, refusalFor } from './refusal.ts'
import type { Runs } from './runs.ts'
import { MOST_EVENT_BYTES, readViewerEvents } from './viewer-events.ts'
import { WebSocketRoom } from './web-socket-room.ts'

const CONNECTIONS_PER_ADDRESS = 8 // of which four runs may be going on
const UNREAD_LIMIT_BYTES = 64_000 // answers; who sends and never reads is cut off

/** RFC 6455 section 7.4.1. */
const closeCodes = { unsupportedData: 1003, policyViolation: 1008, internalError: 1011 }

export type RunEventSocketsOptions = {
  readonly runs: Pick<Runs, 'append' | 'find'>
  readonly logger: Logger
}

/** `/api/runs/:id/events/ws`: what a run's viewers tell, as over HTTP but with none of a browser's HTTP connections, on one of
 *  which a player's next segment may go. Each text frame is JSON lines, all or none, and is answered in its turn by
 *  `{"serverUnixMs":…}`; one without lines says that somebody watches still. What is refused closes it with 1008 and the
 *  code of the refusal as the reason, which a page can read, other than the status of a refused upgrade. */
export class RunEventSockets {
  readonly #options: RunEventSocketsOptions
  readonly #room = new WebSocketRoom(
    new PlacesByAddress(CONNECTIONS_PER_ADDRESS, 'connections that tell of runs'),
    MOST_EVENT_BYTES,
  )

  constructor(options: RunEventSocketsOptions) {
    this.#options = options
  }

  /** Takes over the connection, or throws the refusal: `too-many-requests`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, runId: string): void {
    this.#room.open(request, socket, head, (client) => this.#listen(client, runId))
  }

  #listen(client: WebSocket, runId: string): void {
    const { runs, logger } = this.#options
    client.on('error', (error) => logger.debug({ err: error }, 'a connection that tells of a run failed')) // 'close' follows
    client.on('message', (data: Buffer, isBinary) => {
      if (isBinary) client.close(closeCodes.unsupportedData, 'expected JSON lines in text frames')
      else this.#take(client, runId, data)
    })
    const check = (): void => this.#orClose(client, () => requireRunning(runs, runId))
    const timer = setInterval(check, SILENCE_MS).unref() // a place is no one's for ever
    client.once('close', () => clearInterval(timer))
    check()
  }

  #take(client: WebSocket, runId: string, data: Buffer): void {
    if (client.readyState !== client.OPEN) return // what comes after a refusal
    if (client.bufferedAmount > UNREAD_LIMIT_BYTES) return client.terminate()
    this.#orClose(client, () => {
      this.#options.runs.append(runId, readViewerEvents(data.toString()))
      client.send(JSON.stringify({ serverUnixMs: Date.now() }))
    })
  }

  #orClose(client: WebSocket, act: () => void): void {
    try {
      act()
    } catch (error) {
      const refusal = refusalFor(error)
      if (refusal !== undefined) return client.close(closeCodes.policyViolation, refusal.code)
      this.#options.logger.error({ err: error }, 'what a viewer told could not be taken')
      client.close(closeCodes.internalError, 'internal')
    }
  }

  close(): void {
    this.#room.close()
  }
}

function requireRunning(runs: Pick<Runs, 'find'>, id: string): void {
  const { state } = runs.find(id)
  if (state !== 'running') throw new Refusal('run-ended', `expected a running run, this one is ${state}`)
}
