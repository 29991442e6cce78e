import express from 'express'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { startReceiver } from '../../udp-relay/receiver.ts'
import { startClipRelay } from '../../udp-relay/test-support/clip-relay.ts'
import { makePackageClip } from '../../udp-relay/test-support/package-clip.ts'
import { rtspSessionRoutes } from './rtsp-sessions.ts'

test('GET /api/rtsp-sessions lists the viewers that are there, without what would steer their sessions', async (context) => {
  const relay = await startClipRelay(context, makePackageClip())
  const server = express().use(rtspSessionRoutes(relay.sessions)).listen(0, '127.0.0.1')
  context.onTestFinished(() => void server.close())
  await once(server, 'listening')
  const get = async () => {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/rtsp-sessions`)
    return response.text()
  }
  expect(await get()).toBe('[]')
  const receiver = await startReceiver({ url: `${relay.url}?repair=rtx`, jitterBufferMs: 200, userAgent: 'weir tests' })
  const listed = await get()
  expect(JSON.parse(listed)).toMatchObject([
    { id: '1', presentation: { title: 'A clip', variant: '240p' }, phase: 'playing', repair: { resentPackets: 0 } },
  ])
  await receiver.close()
  const secret = String(relay.log.find(({ msg }) => msg === 'RTSP session ended')?.['session'])
  expect(secret).toHaveLength(16)
  expect(listed).not.toContain(secret)
  expect(await get()).toBe('[]')
})
