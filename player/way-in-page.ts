import type { WayName } from '../protocol/ways.ts'

/** What a way is in this page: where the page is not trusted with WebCodecs (neither https nor the machine itself), there is
 *  WebRTC in the place of our own receiver. */
export function wayInPage({ way }: { readonly way: WayName }): WayName {
  return way === 'raw' && !isSecureContext ? 'media' : way
}
