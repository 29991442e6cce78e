import express from 'express'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import type { TestContext } from 'vitest'
import { temporaryFolder } from '../../lab/test-support/temporary-folder.ts'
import type { ConnectionLimit } from '../connections.ts'
import { Gate } from '../gate.ts'
import type { HttpAudience } from '../http-audience.ts'
import { HlsSessions } from '../hls-sessions.ts'
import { HttpListener } from '../http-listener.ts'
import { HttpThroughLink } from '../http-through-link.ts'
import { Links } from '../links.ts'
import { Origin, type OriginOptions } from '../origin.ts'

export type OriginServer = {
  readonly port: number
  readonly folder: string // of the package
  readonly origin: Origin
  readonly listener: HttpListener
  readonly sessions: HlsSessions
  readonly links: Links
  readonly audience: HttpAudience
  /** Where the video's files lie; a test may say otherwise. */
  folders: readonly string[]
}

export type OriginServerOptions = {
  readonly files: Readonly<Record<string, Buffer | string>>
  readonly origin?: OriginOptions
  readonly connectionLimit?: ConnectionLimit
  readonly sessions?: HlsSessions
}

/** The server's HTTP over one package, the video `v7`. */
export async function startOriginServer(
  context: Pick<TestContext, 'onTestFinished'>,
  { files, origin: options, connectionLimit, sessions = new HlsSessions() }: OriginServerOptions,
): Promise<OriginServer> {
  const folder = temporaryFolder(context)
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  const links = new Links({ defaultProfile: { seed: 1, downlink: {} } })
  const shelf = { packageFolders: (id: string): readonly string[] => (id === 'v7' ? server.folders : []) }
  const origin = new Origin(shelf, options)
  const throughLink = new HttpThroughLink(links)
  const { audience } = throughLink
  const listener = new HttpListener({
    origin,
    throughLink,
    app: express(),
    gate: new Gate({ host: '127.0.0.1', publicUrl: undefined, token: undefined }),
    upgrades: {},
    logger: pino({ level: 'silent' }),
    hlsSessions: sessions,
    ...(connectionLimit === undefined ? {} : { connectionLimit }),
  })
  const port = await listener.listen('127.0.0.1', 0)
  const server: OriginServer = { port, folder, origin, listener, sessions, links, audience, folders: [folder] }
  context.onTestFinished(async () => {
    await listener.drain(0)
    links.close()
  })
  return server
}
