import type { CompareSettings, UdpWay } from './settings.ts'

/** As the address says; without a word this page's own receiver, where the page is trusted with WebCodecs (over https, or on the
 *  machine itself), and else the browser's WebRTC. */
export function wayOf({ way }: Pick<CompareSettings, 'way'>): UdpWay {
  return way ?? (isSecureContext ? 'rtp' : 'media')
}
