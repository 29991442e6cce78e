import { resolve } from 'node:path'

// A playlist or a script named .mp4 would make ffmpeg open what it names: addresses inside the network, other files.
const DEMUXERS = [
  ...[
    'mov,mp4,m4a,3gp,3g2,mj2',
    'matroska,webm',
    'avi',
    'flv',
    'live_flv',
    'mpegts',
    'mpeg',
    'mpegvideo',
    'ogg',
    'asf',
  ],
  ...['mxf', 'nut', 'gif', 'rm', 'dv', 'wtv', 'ivf'],
  ...['mp3', 'wav', 'aac', 'flac', 'w64', 'amr', 'aiff', 'ac3', 'eac3', 'caf'], // read to say that they have no picture
]

/** What stands before `-i` of every source, so that it cannot make ffmpeg read anything but itself. */
export const safeInputOptions: readonly string[] = [
  ...['-protocol_whitelist', 'file'],
  ...['-format_whitelist', DEMUXERS.join(',')],
]

/** A source for `-i`: never an option, never another protocol, whatever its name. */
export function sourceUrl(path: string): string {
  return `file:${resolve(path)}`
}
