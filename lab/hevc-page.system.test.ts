import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findClient, needs } from './test-support/clients.ts'
import { encodeHevc, hasX265 } from './test-support/h265-clip.ts'
import { inLongRun } from './test-support/long-run.ts'
import { ServedClip } from './test-support/served-clip.ts'
import { untilPage } from './test-support/page-state.ts'

const SECONDS = 8
const COPY = '240p-hevc'

let clip: ServedClip | undefined
beforeAll(async () => {
  const ffmpeg = findClient('ffmpeg')
  if (ffmpeg === undefined || !hasX265(ffmpeg)) return
  const make = (path: string, folder: string): string => {
    const file = join(folder, 'hevc.mp4')
    encodeHevc(path, file, { seconds: SECONDS, outputOptions: ['-tag:v', 'hvc1'] })
    return file
  }
  clip = await ServedClip.startWith(make, SECONDS, { WEIR_KEEP_ORIGINAL: 'true' })
}, 120_000)
afterAll(() => clip?.stop())

/** In the long run alone. Chromium as distributions build it decodes no HEVC; another build may. */
if (inLongRun)
  test('the page offers a variant of HEVC where the browser decodes it, and says so where it does not', async (context) => {
    needs(context, 'chromium')
    if (clip === undefined) return context.skip('no ffmpeg here was built with libx265')
    const both = await clip.openPage(context, '?side=both')
    const menu = (side: string) => both.getByRole('combobox', { name: `Variant of ${side}` })
    const offered = async (side: string) => (await menu(side).locator('option').allTextContents()).includes(COPY)
    const decoded = await both.evaluate(async () => {
      const codec = 'hev1.1.6.L60.90'
      const { supported = false } = await VideoDecoder.isConfigSupported({ codec })
      return { hls: MediaSource.isTypeSupported(`video/mp4; codecs="${codec},mp4a.40.2"`), udp: supported }
    })
    await menu('UDP').waitFor()
    await expect.poll(async () => ({ hls: await offered('HLS'), udp: await offered('UDP') })).toEqual(decoded)
    await untilPage(both, ({ phase }) => phase === 'playing')
    await expect.poll(() => menu('UDP').locator('option').first().textContent()).toBe('Best (240p)')

    const named = await clip.openPage(context, `?side=udp&udpVariant=${COPY}`)
    if (decoded.udp) return void (await untilPage(named, ({ phase }) => phase === 'playing'))
    await named
      .getByText(`This browser does not decode ${COPY} (hev1.1.6.L60.90). Choose another variant.`)
      .first()
      .waitFor()
  })
