import { readTransport, type PortPair, type TransportSpec } from '../protocol/rtsp-headers.ts'
import { plainAddress } from './plain-address.ts'
import { RtspRefusal } from './rtsp-refusal.ts'

/** A client's way of receiving (or sending) a track that we can serve. */
export type TransportOffer = OfferedWay & Pick<TransportSpec, 'profile'>

type OfferedWay =
  | { readonly kind: 'udp'; readonly clientPorts: PortPair }
  | { readonly kind: 'interleaved'; readonly channels: PortPair | undefined } // undefined: ours to choose
  | { readonly kind: 'multicast' }

/** Who offers, and what is served to him. */
export type OfferContext = {
  readonly address: string
  readonly mode: 'PLAY' | 'RECORD'
  readonly allowsMulticast: boolean
  readonly allowsFeedback: boolean // where nobody would answer it, RTP/AVPF is not served
}

/** The first way of a Transport header that can be served; UDP goes to no other address than the client's own.
 *  Throws RtspRefusal 400 without the header, 461 when there is no such way. */
export function chooseTransport(text: string | undefined, context: OfferContext): TransportOffer {
  if (text === undefined) throw new RtspRefusal(400, 'SETUP without Transport')
  for (const spec of readTransport(text)) {
    const offer = isMode(spec.mode, context.mode) ? readOffer(spec, context) : undefined
    if (offer !== undefined) return offer
  }
  throw new RtspRefusal(461, `Transport: ${text.slice(0, 100)}`)
}

function readOffer(spec: TransportSpec, context: OfferContext): TransportOffer | undefined {
  const { profile } = spec
  if (profile === undefined) return readWay(spec, context)
  const way = context.allowsFeedback ? readWay(spec, { ...context, allowsMulticast: false }) : undefined
  return way === undefined ? undefined : { ...way, profile }
}

function readWay(spec: TransportSpec, { address, allowsMulticast }: OfferContext): OfferedWay | undefined {
  const { lowerTransport, cast, clientPorts, interleaved, destination = address } = spec
  if (lowerTransport === 'tcp') return { kind: 'interleaved', channels: interleaved }
  if (cast === 'multicast') return allowsMulticast ? { kind: 'multicast' } : undefined
  if (plainAddress(destination) !== plainAddress(address)) return undefined
  if (clientPorts === undefined || Math.min(...clientPorts) === 0) return undefined
  return { kind: 'udp', clientPorts }
}

/** ffmpeg says `receive` when it publishes, as drafts of RFC 2326 did. */
function isMode(mode: string | undefined, wanted: OfferContext['mode']): boolean {
  if (wanted === 'PLAY') return mode === undefined || mode === 'PLAY'
  return mode === 'RECORD' || mode === 'RECEIVE'
}
