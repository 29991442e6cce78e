import { addressWords } from './words.ts'

/** Where a player that is not this page finds a video, and how it is started there. */

export type Addresses = { readonly hls: string | undefined; readonly rtsp: string | undefined }
export type Protocol = keyof Addresses

type AskedAddresses = {
  readonly urls: { readonly hls?: string; readonly rtsp?: string } // of the video, as the API tells them
  readonly page: string // the address of this page, which `urls.hls` counts from
  readonly link?: string // behind which the player is to be; absent: behind none
  readonly variant?: string // absent: HLS chooses among all, RTSP takes the best
}

/** Whole addresses; one that the video does not have stays undefined. */
export function externalAddresses({ urls, page, link, variant }: AskedAddresses): Addresses {
  const behind = link === undefined ? '' : `/link/${encodeURIComponent(link)}`
  const ofVariant = variant === undefined ? '' : `/${encodeURIComponent(variant)}`
  return {
    hls: urls.hls && hlsAddress(new URL(urls.hls, page), behind, ofVariant),
    rtsp: urls.rtsp && rtspAddress(urls.rtsp, behind, ofVariant),
  }
}

function hlsAddress({ origin, pathname }: URL, behind: string, ofVariant: string): string {
  const path = ofVariant === '' ? pathname : pathname.replace(/\/[^/]*$/, `${ofVariant}/index.m3u8`)
  return origin + behind + path
}

function rtspAddress(url: string, behind: string, ofVariant: string): string {
  const [, server, path] = /^(rtsp:\/\/[^/]+)(\/.*)$/.exec(url) ?? []
  return server === undefined ? url : server + behind + path + ofVariant
}

export type PlayerCommand = { readonly player: string; readonly command: string }

/** A command line for each player. Those that would ask for RTP inside the RTSP connection are told to take UDP. */
export function playerCommands(protocol: Protocol, address: string): readonly PlayerCommand[] {
  const quoted = `"${address}"`
  const isRtsp = protocol === 'rtsp'
  return [
    { player: addressWords.players.vlc, command: `vlc ${quoted}` },
    {
      player: addressWords.players.ffplay,
      command: isRtsp ? `ffplay -rtsp_transport udp ${quoted}` : `ffplay ${quoted}`,
    },
    { player: addressWords.players.mpv, command: isRtsp ? `mpv --rtsp-transport=udp ${quoted}` : `mpv ${quoted}` },
    { player: addressWords.players.gstreamer, command: `gst-play-1.0 ${quoted}` },
  ]
}

/** Whether only this machine reaches the address. */
export function isOnlyHere(address: string): boolean {
  const host = /^[a-z]+:\/\/(\[[^\]]+\]|[^/:]+)/.exec(address)?.[1] ?? ''
  return host === 'localhost' || host.endsWith('.localhost') || host.startsWith('127.') || host === '[::1]'
}
