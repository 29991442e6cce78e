import type { Socket } from 'node:dgram'

/** Datagrams of all viewers that leave one right behind the other when the process's turn ends: sent singly, between other
 *  work, each costs the kernel two to three times as much. A socket has to be connected. */
export class UdpOutbox {
  #sockets: Socket[] = []
  #packets: Uint8Array[] = []

  /** A send that fails is told to the socket's 'error' listener. */
  add(socket: Socket, packet: Uint8Array): void {
    if (this.#sockets.length === 0) process.nextTick(this.flush)
    this.#sockets.push(socket)
    this.#packets.push(packet)
  }

  /** Sends what waits; to be called before one of the sockets is closed. */
  readonly flush = (): void => {
    const [sockets, packets] = [this.#sockets, this.#packets]
    this.#sockets = []
    this.#packets = []
    for (let at = 0; at < sockets.length; at += 1) sockets[at]?.send(packets[at] as Uint8Array)
  }
}
