import type { Page } from 'playwright-core'
import type { Channel } from '../../protocol/weir-api.ts'

/** Publishes what the page's camera and microphone give, by WHIP as a page of anybody would; gives the status and the Location. */
export async function publishByWhip(
  page: Page,
  base: string,
  { ingest }: Channel,
  wish = { video: true, audio: true },
) {
  await page.goto(`${base}/api/health`)
  await page.evaluate('globalThis.__name ??= (each) => each') // esbuild leaves calls of it in functions
  return page.evaluate(publish, { url: ingest?.url ?? '', key: ingest?.key ?? '', wish })
}

async function publish({ url, key, wish }: { url: string; key: string; wish: { video: boolean; audio: boolean } }) {
  const stream = await navigator.mediaDevices.getUserMedia(wish)
  const peer = new RTCPeerConnection()
  Reflect.set(window, 'peer', peer)
  for (const track of stream.getTracks()) {
    const { sender } = peer.addTransceiver(track, { direction: 'sendonly', streams: [stream] })
    await sender.setParameters({ ...sender.getParameters(), degradationPreference: 'maintain-resolution' })
  }
  await peer.setLocalDescription(await peer.createOffer())
  await new Promise<void>((resolve) => {
    const look = (): void => void (peer.iceGatheringState === 'complete' && resolve())
    peer.onicegatheringstatechange = look
    look()
  })
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${key}` },
    body: peer.localDescription?.sdp ?? '',
  })
  const sdp = await answer.text()
  if (answer.status === 201) await peer.setRemoteDescription({ type: 'answer', sdp })
  return { status: answer.status, location: answer.headers.get('location') ?? '', body: sdp }
}
