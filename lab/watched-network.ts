import type { LinkProfile } from '../link/profile.ts'
import { readReceiverAddress } from '../udp-relay/receiver-address.ts'
import { MadeLink } from './weir-links.ts'

/** Where a Weir answers what is asked of it beside the media. */
export type WeirAddress = {
  readonly origin: string // of its API, without a slash at the end
  /** The watched address through a link. */
  readonly through: (linkId: string) => string
}

const DEFAULT_PORT = 8080 // of `weir serve`

/** A Weir by one of its addresses: `http[s]://…/hls/…` or `rtsp[s]://…/<id>`. An RTSP address does not tell where the API is: at
 *  `origin`, else at the usual port of the same host. undefined for what is no address of a Weir, or is behind a link already. */
export function weirAddressOf(url: string, origin: string | undefined): WeirAddress | undefined {
  return /^https?:/i.test(url) ? overHttp(url, origin) : overRtsp(url, origin)
}

function overHttp(text: string, origin: string | undefined): WeirAddress | undefined {
  const url = new URL(text)
  if (!url.pathname.startsWith('/hls/')) return undefined
  const through = (linkId: string): string => {
    const moved = new URL(url)
    moved.pathname = `/link/${linkId}${url.pathname}`
    return moved.href
  }
  return { origin: origin ?? url.origin, through }
}

function overRtsp(url: string, origin: string | undefined): WeirAddress | undefined {
  const address = readReceiverAddress(url)
  const parts = /^(rtsps?:\/\/[^/]+)\/(?!link\/)(.+)$/i.exec(url)
  if (address === undefined || parts === null) return undefined
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  const through = (linkId: string): string => `${parts[1]}/link/${linkId}/${parts[2]}`
  return { origin: origin ?? `http://${host}:${DEFAULT_PORT}`, through }
}

export type WatchedNetwork = {
  readonly linkId: string
  /** Why the figures do not count, if so. */
  warning(): Promise<string | undefined>
  remove(): Promise<void>
}

/** Makes a link for who watches. Rejects with LinkRefused. */
export async function openWatchedNetwork(
  weir: WeirAddress,
  profile: LinkProfile,
  options: { readonly acceptsAnyCertificate: boolean },
): Promise<WatchedNetwork> {
  const link = await MadeLink.make(weir.origin, profile, options)
  return {
    linkId: link.id,
    warning: async () => (await link.get()).warning,
    remove: () => link.remove(),
  }
}
