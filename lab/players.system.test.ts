import { afterAll, beforeAll, expect, test } from 'vitest'
import { needs } from './test-support/clients.ts'
import { hlsPages, runOnPage } from './test-support/hls-pages.ts'
import { hlsPrograms } from './test-support/hls-programs.ts'
import { inLongRun, matrix } from './test-support/long-run.ts'
import { ServedClip } from './test-support/served-clip.ts'

const SECONDS = 6 // two segments
const FRAME_SECONDS = 1 / 25
const masters = {
  'transport stream': 'master.m3u8',
  'fragmented MP4': 'master-fmp4.m3u8',
  'transport stream in one file': 'master-single.m3u8',
  'fragmented MP4 in one file': 'master-fmp4-single.m3u8',
} as const
type Kind = keyof typeof masters
const kinds = Object.keys(masters) as Kind[]

let clip: ServedClip | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: SECONDS }, { WEIR_SEGMENTS: 'fmp4', WEIR_SINGLE_FILES: 'true' })
}, 120_000)
afterAll(() => clip?.stop())

const players = { ...hlsPrograms, ...hlsPages }
type Row = readonly [player: keyof typeof players, kind: Kind]
const others = (Object.keys(players) as (keyof typeof players)[]).flatMap((player): Row[] =>
  kinds.map((kind) => [player, kind]),
)
const rows: readonly [Row, ...Row[]] = [
  ['ffmpeg', 'fragmented MP4'],
  ...others.filter((row) => row.join() !== 'ffmpeg,fragmented MP4'),
]

type OwnDoing = { readonly lostPictures?: number; readonly complaint?: RegExp }

/** What is the player's own doing, with any transport stream. */
const ownDoings: Partial<Record<Row[0], OwnDoing>> = {
  // It takes a picture for whole when the next one begins: of any transport stream, ffmpeg's too, it loses the last.
  VLC: { lostPictures: 1 },
  // It lays its timeline by the first time of decoding, and leaps to the first picture where there was time to wait for it.
  'hls.js': { complaint: /^hls\.js: bufferSeekOverHole .* seeking from 0 to 0\.1/ },
}
/** A player of a page that leaps to where its buffer begins decodes the first pictures again. */
const AGAIN = { programs: 0, pages: 8 }

for (const [player, kind] of matrix(rows)) {
  test(`${player} plays a ${kind} from start to end: every picture, no complaint`, async (context) => {
    if (clip === undefined) return needs(context, 'ffmpeg')
    const url = `${clip.weir.url}/hls/${clip.videoId}/${masters[kind]}`
    const { pictures, seconds, complaints } = await players[player](context, url)
    const { lostPictures = 0, complaint } = (kind.startsWith('transport stream') && ownDoings[player]) || {}
    expect(complaints.filter((text) => complaint?.test(text) !== true)).toEqual([])
    const fewest = SECONDS / FRAME_SECONDS - lostPictures
    expect(pictures).toBeGreaterThanOrEqual(fewest)
    expect(pictures).toBeLessThanOrEqual(fewest + AGAIN[player in hlsPages ? 'pages' : 'programs'])
    expect(Math.abs(seconds - SECONDS)).toBeLessThan(FRAME_SECONDS + 0.001)
  })
}

// Registered in the long run alone.
if (inLongRun) {
  for (const kind of ['transport stream', 'transport stream in one file'] as const) {
    test(`hls.js shows single keyframes out of the I-frame playlist of a ${kind}`, async (context) => {
      if (clip === undefined) return needs(context, 'ffmpeg')
      const url = `${clip.weir.url}/hls/${clip.videoId}/${masters[kind]}`
      const { result, complaints } = await runOnPage(context, url, 'hls.js/dist/hls.js', WINDING)
      expect(complaints).toEqual([])
      expect(result).toEqual({ variants: 1, shownAtSeconds: [4, 0, 2] }) // a keyframe each 2 s
    })
  }
}

/** Places asked for, one after the other, and where the keyframe begins that came. */
const WINDING = `
  const hls = new Hls()
  hls.loadSource(url)
  await new Promise((resolve) => hls.on(Hls.Events.MANIFEST_PARSED, resolve))
  const winding = hls.createIFramePlayer()
  winding.on(Hls.Events.ERROR, (_, { details, error }) => complain(details + ' ' + error))
  const attached = new Promise((resolve) => winding.once(Hls.Events.MEDIA_ATTACHED, resolve))
  winding.attachMedia(video)
  await attached
  const shownAtSeconds = []
  for (const seconds of [5, 1, 3]) {
    const buffered = new Promise((resolve) => winding.once(Hls.Events.FRAG_BUFFERED, (_, { frag }) => resolve(frag)))
    winding.loadMediaAt(seconds)
    const { start, byteRange } = await buffered
    shownAtSeconds.push(Math.round(start))
    if (!(byteRange[1] > byteRange[0])) complain('no byte range')
  }
  return { variants: hls.iframeVariants.length, shownAtSeconds }`
