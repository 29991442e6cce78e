import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Router } from 'express'
import { expect, test } from 'vitest'
import { Gate } from '../server/gate.ts'
import { channelRoutes } from '../server/routes/channels.ts'
import { eventRoutes } from '../server/routes/events.ts'
import { healthRoutes } from '../server/routes/health.ts'
import { hlsSessionRoutes } from '../server/routes/hls-sessions.ts'
import { linkRecordRoutes } from '../server/routes/link-record.ts'
import { linkViewersRoutes } from '../server/routes/link-viewers.ts'
import { linkRoutes } from '../server/routes/links.ts'
import { metricsRoutes } from '../server/routes/metrics.ts'
import { pageRoutes } from '../server/routes/pages.ts'
import { realtimeRoutes } from '../server/routes/realtime.ts'
import { relayRoutes } from '../server/routes/relay.ts'
import { rtspSessionRoutes } from '../server/routes/rtsp-sessions.ts'
import { runQualityRoutes } from '../server/routes/run-quality.ts'
import { runReportRoutes } from '../server/routes/run-reports.ts'
import { runRoutes } from '../server/routes/runs.ts'
import { udpSessionRoutes } from '../server/routes/udp-sessions.ts'
import { uploadRoutes } from '../server/routes/uploads.ts'
import { videoRoutes } from '../server/routes/videos.ts'
import { whepRoutes } from '../server/routes/whep.ts'
import { whipRoutes } from '../server/routes/whip.ts'
import { routeTable } from '../server/route-table.ts'
import { makeDocuments } from './documents.ts'

for (const [name, text] of Object.entries(makeDocuments())) {
  test(`docs/${name} is what the program says (npx tsx docs/write-docs.ts)`, () => {
    expect(readFileSync(join(import.meta.dirname, name), 'utf8')).toBe(text)
  })
}

/** Routes are only listed here, never asked: they need no rooms behind them. */
const noRooms = {} as never
const gate = new Gate({ host: '127.0.0.1', publicUrl: undefined, token: undefined })
const routers = [
  healthRoutes('0'),
  videoRoutes(noRooms),
  channelRoutes(noRooms),
  whipRoutes(noRooms),
  uploadRoutes({ ...(noRooms as object), uploadsPerMinute: 1 } as never),
  linkRoutes(noRooms),
  linkViewersRoutes(noRooms),
  linkRecordRoutes(noRooms),
  runRoutes(noRooms),
  runQualityRoutes(noRooms),
  runReportRoutes(noRooms, { builtFolder: '/nowhere', publicUrl: undefined }),
  metricsRoutes(noRooms),
  udpSessionRoutes(noRooms),
  whepRoutes(noRooms),
  rtspSessionRoutes(noRooms),
  hlsSessionRoutes(noRooms),
  relayRoutes(noRooms),
  eventRoutes(noRooms),
  realtimeRoutes(noRooms, noRooms),
  pageRoutes('/nowhere', gate),
]

function routesOf({ stack }: Router): string[] {
  return stack.flatMap(({ route }) => {
    if (route === undefined) return []
    const paths = [route.path].flat() as string[]
    const methods = [...new Set(route.stack.map(({ method }) => method.toUpperCase()))]
    return methods.flatMap((method) => paths.map((path) => `${method} ${path}`))
  })
}

test('the table of routes is exactly what Express answers', () => {
  const listed = routeTable.map(({ route }) => route).filter((route) => !/^WebSocket | \/link\/| \/hls\//.test(route))
  expect(listed.toSorted()).toEqual(routers.flatMap(routesOf).toSorted())
})
