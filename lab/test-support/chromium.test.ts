import { expect, test } from 'vitest'
import { packedChromium } from '../chromium-binary.ts'
import { openChromium } from './chromium.ts'

const MEDIA_ABILITIES = `({
  mse: MediaSource.isTypeSupported('video/mp4; codecs="avc1.42c01f,mp4a.40.2"'),
  webCodecs: typeof VideoDecoder,
  dataChannel: typeof RTCPeerConnection,
})`
const ALL = { mse: true, webCodecs: 'undefined', dataChannel: 'function' } // about:blank is no secure context

test('openChromium opens a page that has what both sides of the comparison need', async (context) => {
  const { page } = await openChromium(context, { widthPixels: 400 })
  expect(await page.evaluate(MEDIA_ABILITIES)).toEqual(ALL)
  expect(page.viewportSize()).toEqual({ width: 400, height: 800 })
})

test('openChromium does as well with the Chromium that npm brings', async (context) => {
  const packed = packedChromium()
  if (packed === undefined) return context.skip('npm brings no Chromium for this platform')
  process.env['WEIR_CHROMIUM'] = packed.path
  context.onTestFinished(() => void delete process.env['WEIR_CHROMIUM'])
  const { page } = await openChromium(context)
  expect(await page.evaluate(MEDIA_ABILITIES)).toEqual(ALL)
})
