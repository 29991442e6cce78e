import { createWriteStream, type WriteStream } from 'node:fs'
import { concatBytes } from '../protocol/bytes.ts'
import { encodeFrame, encodeInterface, encodeSectionHeader, encodeStatistics } from '../protocol/pcapng.ts'
import { decodeRtp, RTP_HEADER_BYTES } from '../protocol/rtp.ts'
import { encodeUdpIpv4Headers, type UdpEnd } from '../protocol/udp-ipv4.ts'
import type { PassingDatagram } from './link-watch.ts'

export type RunCaptureOptions = {
  readonly path: string
  readonly rtpPort: number // of the server; RTCP's is the next one
  readonly startUnixMs: number // civil time of moment 0 of the process's clock
  readonly comment: string
  readonly limits?: CaptureLimits
}

/** Beyond `wholeBytes` of file only the headers of a packet are kept, which its original length tells; beyond `allBytes`
 *  packets are counted only. */
export type CaptureLimits = { readonly wholeBytes: number; readonly allBytes: number }

const DEFAULT_LIMITS: CaptureLimits = { wholeBytes: 64_000_000, allBytes: 96_000_000 }
const UNWRITTEN_LIMIT_BYTES = 8_000_000 // for a slow disk
const UDP_IPV4_BYTES = 28

/** The two ends of the link, by the place of their interface. */
const INTERFACES = [
  { at: 'server', name: 'server', description: 'left the server, before the link; and what came back' },
  { at: 'viewer', name: 'viewer', description: 'arrived at the viewer, after the link; and what left him' },
] as const

const SERVER_ADDRESS = [127, 0, 0, 1] as const
const VIEWER_ADDRESS = [127, 0, 0, 2] as const
const FIRST_VIEWER_PORT = 40_000
const VIEWER_PORTS = 20_000

/** RTP and RTCP of a run in a pcapng file, as they pass both ends of the link, each behind headers of IPv4 and UDP as an RTSP
 *  player's would have. Ports tell the viewers apart. */
export class RunCapture {
  readonly #options: RunCaptureOptions
  readonly #limits: CaptureLimits
  readonly #out: WriteStream
  readonly #counts = INTERFACES.map(() => ({ receivedPackets: 0, droppedPackets: 0 }))
  #fileBytes = 0
  #newestUnixMs: number

  constructor(options: RunCaptureOptions) {
    this.#options = options
    this.#limits = options.limits ?? DEFAULT_LIMITS
    this.#newestUnixMs = options.startUnixMs
    this.#out = createWriteStream(options.path)
    this.#out.on('error', () => this.#out.destroy()) // of a full disk: the record tells of it
    this.#write(encodeSectionHeader('weir', `${options.comment}: headers of IPv4 and UDP are made for this file`))
    for (const one of INTERFACES) this.#write(encodeInterface(one))
  }

  /** What has been handed to the disk. */
  get writtenBytes(): number {
    return this.#out.bytesWritten
  }

  add(datagram: PassingDatagram): void {
    const interfaceId = INTERFACES.findIndex(({ at }) => at === datagram.at)
    const counts = this.#counts[interfaceId]
    if (counts === undefined) throw new RangeError(`no interface at ${datagram.at}`)
    const unixMs = this.#options.startUnixMs + datagram.processMs
    counts.receivedPackets += 1
    this.#newestUnixMs = Math.max(this.#newestUnixMs, unixMs)
    if (this.#fileBytes > this.#limits.allBytes || this.#out.writableLength > UNWRITTEN_LIMIT_BYTES) {
      counts.droppedPackets += 1
      return
    }
    const kept =
      this.#fileBytes > this.#limits.wholeBytes ? datagram.bytes.subarray(0, RTP_HEADER_BYTES) : datagram.bytes
    const captured = concatBytes([this.#headersOf(datagram), kept])
    this.#write(encodeFrame({ interfaceId, unixMs, captured, originalBytes: UDP_IPV4_BYTES + datagram.bytes.length }))
  }

  /** Resolves when all is in the file, or when the disk takes no more. */
  end(): Promise<void> {
    for (const [interfaceId, counts] of this.#counts.entries()) {
      this.#write(encodeStatistics(interfaceId, { unixMs: this.#newestUnixMs, ...counts }))
    }
    return new Promise((resolve) => {
      this.#out.once('close', resolve)
      if (this.#out.closed) resolve()
      else this.#out.end()
    })
  }

  #write(block: Uint8Array): void {
    if (this.#out.destroyed || this.#out.writableEnded) return
    this.#fileBytes += block.length
    this.#out.write(block)
  }

  #headersOf({ direction, kind, flow, bytes }: PassingDatagram): Uint8Array {
    const above = kind === 'rtcp' ? 1 : 0
    const server: UdpEnd = { address: SERVER_ADDRESS, port: this.#options.rtpPort + above }
    const viewer: UdpEnd = { address: VIEWER_ADDRESS, port: viewerPort(flow) + above }
    const [source, destination] = direction === 'down' ? [server, viewer] : [viewer, server]
    return encodeUdpIpv4Headers({ source, destination, identification: identificationOf(kind, bytes), payload: bytes })
  }
}

function viewerPort(flow: number): number {
  return FIRST_VIEWER_PORT + ((2 * flow) % VIEWER_PORTS)
}

/** So that a packet at one end is found at the other. */
function identificationOf(kind: PassingDatagram['kind'], bytes: Uint8Array): number {
  const packet = kind === 'rtcp' ? undefined : decodeRtp(bytes)
  return packet?.ok === true ? packet.value.sequenceNumber : 0
}
