import type { PeerConnection } from 'node-datachannel'
import { Refusal } from './refusal.ts'

const GATHERING_MS = 2000
const OWN_CHECKS_AFTER_MS = 1000

/** Held back at first, so that the page begins the connection when it has our answer. Tried: with them our DTLS
 *  handshake can overtake the answer, and a page by libdatachannel refuses it, not knowing our fingerprint yet. */
const CANDIDATE_LINES = /^a=(?:candidate:.*|end-of-candidates)\r?\n/gm

/** A peer's answer to an offer, with all candidates. Those of the offer are tried a second later, for a page that cannot reach us before
 *  we have sent something, if then it still waits. Throws `bad-offer`. */
export async function gatheredAnswer(peer: PeerConnection, offer: string, isWaiting: () => boolean): Promise<string> {
  try {
    const gathered = gatheringEnd(peer)
    peer.setRemoteDescription(offer.replaceAll(CANDIDATE_LINES, ''), 'offer')
    await gathered
  } catch (error) {
    throw new Refusal('bad-offer', `expected an SDP offer that can be answered: ${(error as Error).message}`)
  }
  const description = peer.localDescription()
  if (description === null) throw new Error('the peer connection gave no answer')
  setTimeout(() => {
    if (isWaiting()) addCandidates(peer, offer)
  }, OWN_CHECKS_AFTER_MS).unref()
  return description.sdp
}

function addCandidates(peer: PeerConnection, offer: string): void {
  const mid = /^a=mid:(\S+)/m.exec(offer)?.[1] ?? '0'
  for (const [, candidate] of offer.matchAll(/^a=(candidate:.*?)\r?$/gm)) {
    peer.addRemoteCandidate(candidate as string, mid)
  }
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
