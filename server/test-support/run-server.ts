import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import type { TestContext } from 'vitest'
import { temporaryFolder } from '../../lab/test-support/temporary-folder.ts'
import type { LinkProfile } from '../../link/profile.ts'
import type { RunEvent } from '../../stream/record.ts'
import { writeRecordEvent } from '../../stream/run-record.ts'
import type { OpenPresentation, PresentationSource } from '../../udp-relay/presentation-source.ts'
import { createApp } from '../app.ts'
import { Gate } from '../gate.ts'
import type { Library } from '../library.ts'
import { Links } from '../links.ts'
import { MediaFolder } from '../media-folder.ts'
import { Refusal } from '../refusal.ts'
import { linkRoutes } from '../routes/links.ts'
import { runRoutes } from '../routes/runs.ts'
import { RtpThroughLink } from '../rtp-through-link.ts'
import { RunFolder } from '../run-folder.ts'
import { Runs } from '../runs.ts'
import type { VideoRecord } from '../video-record.ts'

export const VIDEO = 'abcdefghij'
const logger = pino({ level: 'silent' })

/** With one video of these variants. */
function libraryOf(variants: readonly string[]): Pick<Library, 'require'> {
  const video = { id: VIDEO, title: 'A clip', variants: variants.map((name) => ({ name })) } as unknown as VideoRecord
  return {
    require: (id) => {
      if (id !== VIDEO) throw new Refusal('unknown-video', `no video has the id "${id}"`)
      return video
    },
  }
}

type RunServerOptions = {
  readonly profile?: LinkProfile
  readonly presentations?: readonly OpenPresentation[] // of the video; none: its files are not there
}

/** Runs and links behind a real server, with a folder of their own; `reopen` is what another process would find there. */
export async function openRunServer(
  context: TestContext,
  { profile = { seed: 7, downlink: {} }, presentations = [] }: RunServerOptions = {},
) {
  const media = new MediaFolder(temporaryFolder(context))
  await media.create()
  const links = new Links({ defaultProfile: profile })
  const source: PresentationSource = {
    open: async (_id, variant) => presentations.find((presentation) => presentation.variant === variant),
  }
  const library = libraryOf(presentations.map(({ variant }) => variant))
  const parts = { folder: new RunFolder(media.runs), media, library, source, links, logger }
  const reopen = (): Promise<Runs> =>
    Runs.open({ ...parts, rtpPort: 8000, versions: { weir: '0' }, minFreeBytes: 0, nowUnixMs: Date.now })
  const runs = await reopen()
  const gate = new Gate({ host: '127.0.0.1', publicUrl: undefined, token: undefined })
  const server = createServer(createApp({ gate, routes: [linkRoutes(links), runRoutes(runs)], logger }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.onTestFinished(async () => {
    await runs.close()
    links.close()
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, links, runs, reopen, folder: parts.folder, source }
}

/** The answer's status, and its JSON or text. */
export async function ask(url: string, method = 'GET', body?: object | string) {
  const init = typeof body === 'object' ? { 'Content-Type': 'application/json' } : { 'Content-Type': 'text/plain' }
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { headers: init, body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json;') || text.startsWith('{"type"')
  return { status: response.status, text, json: (isJson ? JSON.parse(text) : undefined) as Record<string, unknown> }
}

export const linesOf = (...events: readonly RunEvent[]): string => events.map(writeRecordEvent).join('')

/** A viewer of RTP on a link. */
export function openLane(links: Links, id: string): RtpThroughLink {
  return new RtpThroughLink(links.find(id), { sink: { send: () => {}, close: () => {} }, onDropped: () => {} })
}
