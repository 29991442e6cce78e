import { expect, test } from 'vitest'
import { videoBases } from './addresses.ts'

test('RTSP has the name by which the client came, or the public one', () => {
  const ports = { rtspPort: 8554, publicUrl: undefined }
  expect(videoBases(ports, '192.0.2.1:8080')).toMatchObject({ rtsp: 'rtsp://192.0.2.1:8554' })
  expect(videoBases(ports, '[2001:db8::1]:8080')).toMatchObject({ rtsp: 'rtsp://[2001:db8::1]:8554' })
  expect(videoBases(ports, undefined)).toMatchObject({ rtsp: 'rtsp://localhost:8554' })
  expect(videoBases({ ...ports, publicUrl: 'https://weir.example/' }, '192.0.2.1')).toMatchObject({
    rtsp: 'rtsp://weir.example:8554',
  })
})

test('RTSP over TLS has an address of its own where it is served', () => {
  expect(videoBases({ rtspPort: 8554, rtspsPort: 322, publicUrl: undefined }, 'localhost')).toMatchObject({
    rtsp: 'rtsp://localhost:8554',
    rtsps: 'rtsps://localhost:322',
  })
})
