import { randomBytes } from 'node:crypto'
import { findTools } from '../segmenter/tools.ts'
import { describeConfig } from '../server/config.ts'
import { isLoopback } from '../server/gate.ts'
import { createLogger } from '../server/logger.ts'
import { serve } from '../server/serve.ts'
import { readSettings, type SettingFlags } from './settings.ts'
import { untilSignal } from './until-signal.ts'

/** `weir serve`: until a signal comes. */
export async function runServe({ printConfig, ...flags }: SettingFlags): Promise<void> {
  const { config, origins, path } = await readSettings(flags)
  if (printConfig === true) return void process.stdout.write(describeConfig(config, origins))
  const logger = createLogger(config.logLevel)
  const token = config.token ?? (isLoopback(config.host) ? undefined : randomBytes(16).toString('base64url'))
  const tools = findTools(process.env)
  tools.catch(() => undefined) // told below, when the server can be ended for it
  const weir = await serve({ config: { ...config, token }, configFile: path, tools, logger })
  const rtsps = weir.rtspsUrl === undefined ? '' : `  RTSPS: ${weir.rtspsUrl}/`
  console.log(`Weir: ${weir.url}/  RTSP: ${weir.rtspUrl}/${rtsps}`)
  if (config.token === undefined && token !== undefined)
    console.log(`Writing needs the token: ${weir.url}/?token=${token}`)

  untilSignal(weir, logger)
  await tools.catch(async (error: unknown) => {
    await weir.close()
    throw error
  })
}
