import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, test, vi, type TestContext } from 'vitest'
import { ConnectionBytes } from './connection-bytes.ts'

/** A real connection; `handle` is what becomes of the viewer's bytes. */
async function open(context: TestContext, handle: (bytes: Uint8Array) => Promise<void>) {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const viewer = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  context.onTestFinished(() => {
    viewer.destroy()
    socket.destroy()
    server.close()
  })
  const onClosed = vi.fn<() => void>()
  const bytes = new ConnectionBytes({ socket, links: undefined, onArrived: handle, onClosed })
  return { viewer, bytes, onClosed }
}

test('ConnectionBytes reads no further while too much waits to be handled', async (context) => {
  let arrivedBytes = 0
  const { viewer } = await open(context, (bytes) => {
    arrivedBytes += bytes.length
    return new Promise(() => {})
  })
  const chunk = Buffer.from('OPTIONS rtsp://h/a RTSP/1.0\r\nCSeq: 1\r\n\r\n'.repeat(500))
  for (let sent = 0; sent < 30_000_000; sent += chunk.length) viewer.write(chunk)
  const samples: number[] = []
  await vi.waitFor(() => {
    samples.push(viewer.writableLength)
    expect(samples.length).toBeGreaterThan(5)
    expect(new Set(samples.slice(-5)).size).toBe(1)
  }, 10_000)
  expect(viewer.writableLength).toBeGreaterThan(10_000_000) // the rest is in the system's buffers
  expect(arrivedBytes).toBeLessThan(200_000)
})

test('ConnectionBytes hands on bytes one after the other, and closes when the viewer has been answered', async (context) => {
  const seen: string[] = []
  const { viewer, bytes, onClosed } = await open(context, async (arrived) => {
    seen.push(`> ${Buffer.from(arrived).toString().trim()}`)
    await bytes.write(Buffer.from('answer'))
    seen.push('<')
  })
  viewer.end('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n')
  const [answer] = (await once(viewer, 'data')) as [Buffer]
  await once(viewer, 'close')
  expect(answer.toString()).toMatch(/^answer/)
  expect(seen).toEqual(['> OPTIONS * RTSP/1.0', '<', '> CSeq: 1', '<'])
  await vi.waitFor(() => expect(onClosed).toHaveBeenCalledTimes(1))
})

test('ConnectionBytes ends a connection whose bytes cannot be handled', async (context) => {
  const { viewer, onClosed } = await open(context, () => Promise.reject(new Error('no')))
  viewer.on('error', () => {})
  viewer.write('OPTIONS * RTSP/1.0\r\n')
  await once(viewer, 'close')
  expect(onClosed).toHaveBeenCalledTimes(1)
})
