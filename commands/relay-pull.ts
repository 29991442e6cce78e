import { createLogger } from '../server/logger.ts'
import { ConfigProblems } from '../server/config.ts'
import { startRelayPull } from '../server/relay-pull.ts'
import { STREAM_NAME } from '../udp-relay/live-presentations.ts'
import { readReceiverAddress, type ReceiverAddress } from '../udp-relay/receiver-address.ts'
import { readSettings, type SettingFlags } from './settings.ts'
import { untilSignal } from './until-signal.ts'

type PullFlags = SettingFlags & {
  readonly name?: string
  readonly transport?: 'udp' | 'tcp'
  readonly insecure?: boolean
}

/** `weir relay pull`: until a signal comes. */
export async function runRelayPull(url: string, flags: PullFlags): Promise<void> {
  const { name: wantedName, transport, insecure = false, ...settings } = flags
  const { config } = await readSettings(settings)
  const source = readReceiverAddress(url)
  const name = wantedName ?? nameOf(source)
  const problems = [
    ...(source === undefined ? [`<url> must be rtsp://host[:port]/… or rtsps://…, got ${url.slice(0, 200)}`] : []),
    ...(STREAM_NAME.test(name) ? [] : [`--name must be 1 to 64 letters, digits, _ or -, got ${JSON.stringify(name)}`]),
  ]
  if (source === undefined || problems.length > 0) throw new ConfigProblems(problems)
  const logger = createLogger(config.logLevel)
  const pull = await startRelayPull({ config, logger, url, name, transport, acceptsAnyCertificate: insecure })
  console.log(`Relay: ${pull.urls.join('  ')}  of ${source.url}`) // without the password
  untilSignal(pull, logger)
  await pull.failed.catch(async (error: unknown) => {
    await pull.close()
    throw error
  })
}

/** As the source names it: what stands last in its path. */
function nameOf(source: ReceiverAddress | undefined): string {
  const path = source?.url.replace(/^\w+:\/\/[^/?]*/, '').replace(/\?.*$/, '') ?? ''
  const last = path.split('/').filter(Boolean).at(-1) ?? 'pulled'
  return last.replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, 64)
}
