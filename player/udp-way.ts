import type { WayName } from '../protocol/ways.ts'

/** What a way is in this page: where the page is not trusted with WebCodecs (neither https nor the machine itself), the browser's
 *  WebRTC stands in for our own receiver. */
export function wayHere(way: WayName): WayName {
  return way === 'raw' && !isSecureContext ? 'media' : way
}
