import { expect, test } from 'vitest'
import { readSessionHeader } from '../protocol/rtsp-headers.ts'
import { pauseExchange, playExchange, setUpExchanges, type RtspExchange } from '../protocol/rtsp-exchange.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { makePackageClip } from './test-support/package-clip.ts'
import { RtspClient, UdpReceiver } from './test-support/rtsp-client.ts'

test('the modelled exchanges are as large as those of a viewer and the relay', async (context) => {
  const clip = makePackageClip()
  const relay = await startClipRelay(context, clip)
  const client = await RtspClient.open(relay.rtspPort)
  const receivers = [await UdpReceiver.open(), await UdpReceiver.open()]
  const agent = { 'user-agent': 'Weir' }
  const url = `${relay.url}/240p`

  const seen: RtspExchange[] = []
  let session = {}
  const ask = async (method: RtspExchange['method'], at: string, headers: Record<string, string>) => {
    const [sent, received] = [client.socket.bytesWritten, client.socket.bytesRead]
    const reply = await client.request(method, at, { ...agent, ...session, ...headers })
    const [requestBytes, responseBytes] = [client.socket.bytesWritten - sent, client.socket.bytesRead - received]
    seen.push({ method, requestBytes, responseBytes })
    return reply
  }
  await ask('DESCRIBE', url, { accept: 'application/sdp' })
  for (const [index, receiver] of receivers.entries()) {
    const reply = await ask('SETUP', `${url}/trackID=${index}`, { transport: receiver.transport })
    session = { session: readSessionHeader(reply.headers.get('session') ?? '').id }
  }
  await ask('PLAY', url, { range: 'npt=0.000-' })
  await ask('PAUSE', url, {})

  const presentation = { videoId: 'clip', variant: '240p', title: 'A clip', outline: clip.outline }
  const modelled = [...setUpExchanges(presentation), playExchange(presentation), pauseExchange(presentation)]
  expect(modelled.map(({ method }) => method)).toEqual(seen.map(({ method }) => method))
  for (const [index, { requestBytes, responseBytes }] of modelled.entries()) {
    // Addresses, ports and numbers of a live viewer are a few digits shorter, each time they are told.
    expect(requestBytes - (seen[index]?.requestBytes ?? 0)).toBeOneOf([0, 1, 2, 3])
    expect(Math.abs(responseBytes - (seen[index]?.responseBytes ?? 0))).toBeLessThan(25)
  }
})
