import type { Reception } from '../protocol/weir-api.ts'
import type { PacketSink } from './packet-sink.ts'

/** What lies between the relay and its viewers, where an access link is emulated. */
export type ViewerLinks = {
  /** The link of `rtsp://host/link/<linkId>/…`; undefined: there is none. */
  find(linkId: string): ViewerLink | undefined
  /** The one for who names none; undefined: nothing lies between. */
  forEveryone(): ViewerLink | undefined
}

/** One viewer's access line. Once something is open on it, it works until that is closed, also when it has gone from the
 *  list or begins anew. */
export type ViewerLink = {
  readonly id: string
  /** A TCP connection on the line, opened now by the viewer. */
  openConversation(ends: ConversationEnds): Conversation
  /** The way of a viewer's packets to `sink`, which it closes. */
  openPackets(sink: PacketSink): LinkedPackets
  /** What the viewer's receiver report said, at `atMs` on this side of the line. */
  noteReception(reception: Reception, atMs: number): void
}

/** Who is told what has crossed; in order, each byte once. */
export type ConversationEnds = {
  readonly requestArrived: (bytes: Uint8Array) => void
  /** Gives how many more bytes the viewer can take. */
  readonly responseArrived: (bytes: Uint8Array) => number
}

export type Conversation = {
  request(bytes: Uint8Array): void
  /** Resolves when there is room for more. */
  respond(bytes: Uint8Array): Promise<void>
  /** A packet between the responses, due at `scheduledMs`; without waiting, so that who calls bounds what is under way. */
  push(packet: Uint8Array, scheduledMs: number): void
  /** The viewer can take so many bytes again. */
  setReceiveRoom(bytes: number): void
  /** Nothing more is told; what is under way is lost. */
  close(): void
}

export type LinkedPackets = PacketSink & {
  /** A datagram of the viewer's; told if it comes through. */
  sendUp(datagram: Uint8Array, arrived: (atMs: number) => void): void
  /** Where the times of reports are drawn from, beginning anew with each call. */
  newReportRandom(): () => number
  /** Lets what is under way arrive, then closes. */
  closeWhenEmpty(closed: () => void): void
}
