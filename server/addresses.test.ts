import { expect, test } from 'vitest'
import { rtspBases } from './addresses.ts'

test('RTSP has the name by which the client came, or the public one', () => {
  const ports = { rtspPort: 8554, publicUrl: undefined }
  expect(rtspBases(ports, '192.0.2.1:8080')).toEqual({ rtsp: 'rtsp://192.0.2.1:8554' })
  expect(rtspBases(ports, '[2001:db8::1]:8080')).toEqual({ rtsp: 'rtsp://[2001:db8::1]:8554' })
  expect(rtspBases(ports, undefined)).toEqual({ rtsp: 'rtsp://localhost:8554' })
  expect(rtspBases({ ...ports, publicUrl: 'https://weir.example/' }, '192.0.2.1')).toEqual({
    rtsp: 'rtsp://weir.example:8554',
  })
})

test('RTSP over TLS has an address of its own where it is served', () => {
  expect(rtspBases({ rtspPort: 8554, rtspsPort: 322, publicUrl: undefined }, 'localhost')).toEqual({
    rtsp: 'rtsp://localhost:8554',
    rtsps: 'rtsps://localhost:322',
  })
})
