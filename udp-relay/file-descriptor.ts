import type { Socket } from 'node:dgram'

/** The number by which the kernel knows a UDP socket. Node tells it nowhere: it is looked for where Node keeps it.
 *  undefined when it is not there, or the socket is closed. */
export function fileDescriptor(socket: Socket): number | undefined {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol')
  if (symbol === undefined) return undefined
  const state = (socket as unknown as Record<symbol, { readonly handle?: { readonly fd?: unknown } | null }>)[symbol]
  const fd = state?.handle?.fd
  return typeof fd === 'number' && Number.isInteger(fd) && fd > 2 ? fd : undefined
}
