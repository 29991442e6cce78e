import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import type { TestContext } from 'vitest'
import { temporaryFolder } from '../../lab/test-support/temporary-folder.ts'
import type { LinkProfile } from '../../link/profile.ts'
import { createApp } from '../app.ts'
import { Gate } from '../gate.ts'
import type { HttpAudience } from '../http-audience.ts'
import { HttpListener } from '../http-listener.ts'
import { HttpThroughLink } from '../http-through-link.ts'
import { Links } from '../links.ts'
import { Origin } from '../origin.ts'
import { healthRoutes } from '../routes/health.ts'
import { linkRoutes } from '../routes/links.ts'

export type LinkServer = {
  readonly port: number
  readonly url: string
  readonly links: Links
  readonly listener: HttpListener
  readonly audience: HttpAudience
  /** The path of a file behind the link. */
  through(linkId: string, name: string): string
}

export const PLAYLIST = '#EXTM3U\n#EXT-X-VERSION:3\n'
const VIDEO = 'video7'

/** The server's HTTP over a package of given files (`720p/<name>`), with links under the real clock. */
export async function startLinkServer(
  context: Pick<TestContext, 'onTestFinished'>,
  files: Readonly<Record<string, Buffer>>,
  defaultProfile: LinkProfile = { seed: 1, downlink: {} },
): Promise<LinkServer> {
  const folder = temporaryFolder(context)
  await mkdir(join(folder, '720p'))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, '720p', name), content)
  await writeFile(join(folder, 'master.m3u8'), PLAYLIST)
  const logger = pino({ level: 'silent' })
  const links = new Links({ defaultProfile })
  const gate = new Gate({ host: '127.0.0.1', publicUrl: undefined, token: undefined })
  const throughLink = new HttpThroughLink(links)
  const listener = new HttpListener({
    origin: new Origin({ packageFolders: (id) => (id === VIDEO ? [folder] : []) }),
    throughLink,
    app: createApp({ gate, routes: [healthRoutes('0'), linkRoutes(links)], logger }),
    gate,
    upgrades: {},
    logger,
  })
  const port = await listener.listen('127.0.0.1', 0)
  context.onTestFinished(async () => {
    await listener.drain(0)
    links.close()
  })
  const through = (linkId: string, name: string): string => `/link/${linkId}/hls/${VIDEO}/720p/${name}`
  return { port, url: `http://127.0.0.1:${port}`, links, listener, audience: throughLink.audience, through }
}

/** Bytes of which none looks like its neighbour, so that a lost or a doubled one shows. */
export function patternBytes(count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, index) => (index * 7 + (index >> 8)) & 0xff))
}
