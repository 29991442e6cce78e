import type { Socket } from 'node:dgram'

/** What Node's own part of a UDP socket is, as far as we use it. */
export type SocketHandle = {
  readonly fd: number
  /** As node:dgram calls it for a connected socket: gives the bytes taken plus one, 0 when it keeps them and the request
   *  until the kernel takes them, or a negative errno. */
  send(request: object, packets: readonly Uint8Array[], packetCount: number, hasCallback: boolean): number
}

/** Node tells it nowhere: it is looked for where Node keeps it. undefined when it is not there, or closed. */
export function handleOf(socket: Socket): SocketHandle | undefined {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol')
  if (symbol === undefined) return undefined
  const state = (socket as unknown as Record<symbol, { readonly handle?: SocketHandle | null }>)[symbol]
  return state?.handle ?? undefined
}
