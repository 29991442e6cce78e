/** What an RTSP address of the relay names: `rtsp[s]://host[:port][/link/<linkId>]/<id>[/<variant>][/trackID=N][?query]`. */
export type RtspAddress = {
  readonly base: string // scheme, host and port, as the client wrote them
  readonly linkId?: string
  readonly videoId: string
  readonly variant?: string
  readonly trackIndex?: number
  readonly query: string // with its '?', or empty
}

/** undefined for what is no such address. Players append the track in their own ways: after the query (`?a=b/trackID=0`)
 *  and with a slash at the end (`?a=b/`) are understood too; so are the names that publishers give their tracks (ffmpeg
 *  `streamid=0`, GStreamer `stream=0`). */
export function readRtspAddress(url: string): RtspAddress | undefined {
  const parts = /^(rtsp[su]?:\/\/[^/?#]+)(\/[^?#]*)?(\?[^#]*)?$/i.exec(url)
  if (parts === null) return undefined
  const [, base = '', path = '', query = ''] = parts
  const [inPath, inQuery] = [cutTrack(path), cutTrack(query)]
  const names = inPath.rest.split('/').filter(Boolean).map(unescaped)
  const linkId = names[0] === 'link' ? names[1] : undefined
  const [videoId, variant, ...more] = names.slice(names[0] === 'link' ? 2 : 0)
  if (videoId === undefined || more.length > 0 || names.includes(undefined)) return undefined
  const trackIndex = inQuery.trackIndex ?? inPath.trackIndex
  return {
    base,
    ...(linkId === undefined ? {} : { linkId }),
    videoId,
    ...(variant === undefined ? {} : { variant }),
    ...(trackIndex === undefined ? {} : { trackIndex }),
    query: inQuery.rest,
  }
}

/** The control URL of a track, absolute: relative ones are resolved by each player in another way. */
export function trackUrl({ base, linkId, videoId, query }: RtspAddress, variant: string, trackIndex: number): string {
  const link = linkId === undefined ? '' : `/link/${encodeURIComponent(linkId)}`
  return `${base}${link}/${encodeURIComponent(videoId)}/${encodeURIComponent(variant)}/trackID=${trackIndex}${query}`
}

function cutTrack(text: string): { readonly rest: string; readonly trackIndex?: number } {
  const track = /\/(?:trackID|streamid|stream)=(\d{1,3})\/?$/i.exec(text)
  if (track === null) return { rest: text.replace(/\/$/, '') }
  return { rest: text.slice(0, track.index), trackIndex: Number(track[1]) }
}

function unescaped(name: string): string | undefined {
  try {
    return decodeURIComponent(name)
  } catch {
    return undefined
  }
}
