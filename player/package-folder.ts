import type { Video } from '../protocol/weir-api.ts'

/** Where the HLS files of a video lie, as the server tells it: a signed address goes on being signed. Ends without a slash. */
export function packageFolder({ id, urls }: Pick<Video, 'id' | 'urls'>): string {
  return urls.hls?.replace(/\/[^/]*$/, '') ?? `/hls/${encodeURIComponent(id)}`
}
