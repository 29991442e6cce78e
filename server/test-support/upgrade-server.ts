import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, type ClientOptions } from 'ws'
import type { UpgradeHandler } from '../http-upgrades.ts'
import type { Refusal } from '../refusal.ts'

export type UpgradeServer = {
  /** A WebSocket at the id, which may be refused. */
  open(id: string, options?: ClientOptions): WebSocket
  /** Of a WebSocket that is refused, the code. */
  refusalOf(id: string): Promise<string | undefined>
  close(): void
}

/** A server with nothing but WebSockets, `/<id>`; what `handle` throws ends the connection. */
export async function openUpgradeServer(handle: UpgradeHandler): Promise<UpgradeServer> {
  const refusals: Refusal[] = []
  const server = createServer().on('upgrade', (request, socket, head) => {
    try {
      handle(request, socket, head, request.url?.slice(1) ?? '')
    } catch (error) {
      refusals.push(error as Refusal)
      socket.destroy()
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const open = (id: string, options: ClientOptions = {}) => new WebSocket(`ws://127.0.0.1:${port}/${id}`, options)
  return {
    open,
    async refusalOf(id) {
      await once(open(id), 'error')
      return refusals.pop()?.code
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
