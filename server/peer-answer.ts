import type { PeerConnection } from 'node-datachannel'
import { Refusal } from './refusal.ts'

export type DataChannels = typeof import('node-datachannel')

/** What came of an offer: the answer's SDP, with all candidates in it, and what ends the connection. */
export type Answer = { readonly sdp: string; readonly close: () => void }

const GATHERING_MS = 2000
const OWN_CHECKS_AFTER_MS = 1000

/** Held back at first, so that the page begins the connection when it has our answer. Tried: with them our DTLS
 *  handshake can overtake the answer, and a page by libdatachannel refuses it, not knowing our fingerprint yet. */
const CANDIDATE_LINES = /^a=(?:candidate:.*|end-of-candidates)\r?\n/gm

let loading: Promise<DataChannels | undefined> | undefined

/** The optional addon, loaded with the first session: once loaded it keeps the process alive until `process.exit`.
 *  undefined where it is not installed or does not fit this machine. */
export function loadDataChannels(): Promise<DataChannels | undefined> {
  loading ??= import('node-datachannel').catch(() => undefined)
  return loading
}

/** Answers a page's offer with what the peer connection was prepared for (`disableAutoNegotiation`). Throws `bad-offer`; the
 *  connection is the caller's to close. `isConnecting` is asked later, whether the page has still not reached us. */
export async function answerPeer(peer: PeerConnection, offer: string, isConnecting: () => boolean): Promise<string> {
  try {
    const gathered = gatheringEnd(peer)
    peer.setRemoteDescription(offer.replaceAll(CANDIDATE_LINES, ''), 'offer')
    peer.setLocalDescription('answer')
    await gathered
  } catch (error) {
    throw new Refusal('bad-offer', `expected an SDP offer that can be answered: ${(error as Error).message}`)
  }
  const description = peer.localDescription()
  if (description === null) throw new Error('the peer connection gave no answer')
  setTimeout(() => isConnecting() && addCandidates(peer, offer), OWN_CHECKS_AFTER_MS).unref()
  return description.sdp
}

/** A host without any network address gathers for ever: what is there after 2 s has to do. */
function gatheringEnd(peer: PeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHERING_MS)
    peer.onGatheringStateChange((state) => {
      if (state !== 'complete') return
      clearTimeout(timer)
      resolve()
    })
  })
}

/** For a page that cannot reach us before we have sent something. */
function addCandidates(peer: PeerConnection, offer: string): void {
  const mid = /^a=mid:(\S+)/m.exec(offer)?.[1] ?? '0'
  for (const [, candidate] of offer.matchAll(/^a=(candidate:.*?)\r?$/gm)) {
    peer.addRemoteCandidate(candidate as string, mid)
  }
}
