import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'
import { startWeir } from './weir-process.ts'

test('startWeir gives addresses that answer, and stop ends it as a service manager does', async (context) => {
  const weir = await startWeir({ mediaFolder: temporaryFolder(context) })
  expect((await fetch(`${weir.url}/api/health`)).status).toBe(200)
  const socket = connect(Number(new URL(weir.rtspUrl).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.destroy()
  expect(await weir.stop()).toBe(0)
  await expect(fetch(`${weir.url}/api/health`)).rejects.toThrow('fetch failed')
})

test('startWeir tells what the server said when it does not start', async (context) => {
  const mediaFolder = temporaryFolder(context)
  await expect(startWeir({ mediaFolder, args: ['--rtsp-port', 'eighty'] })).rejects.toThrow(
    /weir ended with 2 before it listened; it said:\n[^]*eighty/,
  )
})
