import type { Logger } from 'pino'
import { LivePresentations, LIVE_ID } from '../udp-relay/live-presentations.ts'
import { Pulling } from '../udp-relay/pulling.ts'
import type { ReceiverOptions } from '../udp-relay/receiver.ts'
import { startRelay } from '../udp-relay/relay.ts'
import { SegmentCache } from '../udp-relay/segment-cache.ts'
import { urlAt } from './addresses.ts'
import type { Config } from './config.ts'
import { version } from './project-folder.ts'
import { readTlsFiles } from './tls-files.ts'

const SEGMENT_CACHE_BYTES = 64_000_000 // of the packets that all viewers share

export type RelayPullOptions = Pick<ReceiverOptions, 'url' | 'transport' | 'acceptsAnyCertificate'> & {
  readonly name: string // of the stream here
  readonly config: Config
  readonly logger: Logger
}

export type RunningPull = {
  /** Where the stream can be watched; over TLS too, where that is configured. */
  readonly urls: readonly string[]
  /** Never resolves; rejects with ReceiverFailure where the first attempt shows that no other would fare better. */
  readonly failed: Promise<never>
  /** Says goodbye to the source and to all viewers. */
  close(): Promise<void>
}

/** A relay without a library, that serves another server's stream. Rejects when a port is taken. Throws ConfigProblems. */
export async function startRelayPull({ config, logger, ...wanted }: RelayPullOptions): Promise<RunningPull> {
  const { host, rtspPort, rtspsPort, rtpPort, rtspUsers: users, multicast, udpOffload: offload } = config
  const tls = await readTlsFiles(config)
  const live = new LivePresentations({ open: () => Promise.resolve(undefined) })
  const relay = await startRelay({
    source: live,
    segments: new SegmentCache({ maxBytes: SEGMENT_CACHE_BYTES }),
    host,
    rtspPort,
    rtsps: tls && { port: rtspsPort ?? 0, identity: tls.identity },
    rtpPort,
    users,
    multicast,
    offload,
    logger,
  })
  const pulling = new Pulling({ ...wanted, live, logger, userAgent: `Weir/${version}` })
  const bases = [
    urlAt('rtsp', host, relay.rtspPort),
    ...(relay.rtspsPort === undefined ? [] : [urlAt('rtsps', host, relay.rtspsPort)]),
  ]
  return {
    urls: bases.map((base) => `${base}/${LIVE_ID}/${wanted.name}`),
    failed: pulling.failed,
    close: async () => {
      await pulling.close()
      await relay.close()
    },
  }
}
