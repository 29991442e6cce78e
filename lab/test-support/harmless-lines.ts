import type { ClientName } from './clients.ts'

/** Lines that a healthy run of a client prints, with the reason. Every other line counts. */
const harmless: Readonly<Record<ClientName, readonly RegExp[]>> = {
  ffmpeg: [],
  ffprobe: [],
  // Sound that is written or taken as fast as it comes is ahead of pictures on a busy machine; none of them is left out.
  mpv: [/^Audio\/Video desync/, /^hardware, temporary CPU spikes/, /^position will not match to the video/],
  cvlc: [
    /^VLC media player /, // its banner
    /dbus|Failed to connect to socket/i, // no desktop session on a server
    /vlcpulse audio output error|interface error: no suitable|globalhotkeys|using the dummy interface/, // nor sound, nor keys
    /adaptive demux: Changing stream format|mpeg4audio decoder: AAC channels|command `quit'/, // it tells what it does
    /Fragment sequence discontinuity detected 1 != 0/, // ffmpeg's, too, begin at 1
  ],
  'gst-launch-1.0': [],
  chromium: [/unexpected operator/], // Debian's wrapper compares memory sizes with a shell test
  'node-datachannel': [],
  'node-24': [],
  unzip: [],
  openssl: [],
  nginx: [],
  tshark: [/^Running as user "root" and group "root"\. This could be dangerous\.$/],
}

/** The lines of a client's output that are not known to be harmless. */
export function unexpectedLines(client: ClientName, output: string): string[] {
  return output
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !harmless[client].some((pattern) => pattern.test(line)))
}
