import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { PlacesByAddress } from '../places-by-address.ts'
import { WebSocketRoom } from '../web-socket-room.ts'
import type { RealtimeRuns } from './realtime-runs.ts'

const TELL_MS = 500
const CLOSE_POLICY_VIOLATION = 1008 // RFC 6455 section 7.4.1

/** `/api/realtime/:id/ws`: the run as `GET /api/realtime/:id` tells it, twice a second; while one is open the run goes on.
 *  Closed with 1008 when it has ended. */
export class RunSockets {
  readonly #runs: RealtimeRuns
  readonly #room: WebSocketRoom

  constructor(runs: RealtimeRuns, connectionsPerAddress: number) {
    this.#runs = runs
    this.#room = new WebSocketRoom(new PlacesByAddress(connectionsPerAddress, 'connections that hear of realtime runs'))
  }

  /** Takes over the connection, or throws the refusal: `unknown-run`, `too-many-requests`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, id: string): void {
    this.#runs.find(id)
    this.#room.open(request, socket, head, (client) => this.#tell(client, id))
  }

  close(): void {
    this.#room.close()
  }

  #tell(client: WebSocket, id: string): void {
    const leave = this.#runs.watch(id)
    const tell = (): void => {
      if (!this.#runs.has(id)) client.close(CLOSE_POLICY_VIOLATION, 'unknown-run')
      else if (client.bufferedAmount === 0) client.send(JSON.stringify(this.#runs.find(id).summary()))
    }
    client.on('error', () => client.terminate()) // it said more than anybody listens to
    const timer = setInterval(tell, TELL_MS).unref()
    client.once('close', () => {
      clearInterval(timer)
      leave()
    })
    tell()
  }
}
