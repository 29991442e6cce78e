import { randomBytes } from 'node:crypto'
import { findTools } from '../segmenter/tools.ts'
import { describeConfig } from '../server/config.ts'
import { isLoopback } from '../server/gate.ts'
import { createLogger } from '../server/logger.ts'
import { serve } from '../server/serve.ts'
import { exitCodes } from './exit-codes.ts'
import { readSettings, type SettingFlags } from './settings.ts'

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

  let isStopping = false
  const stop = (exitCode: number): void => {
    if (isStopping) process.exit(exitCodes.interrupted) // asked twice
    isStopping = true
    logger.info('shutting down')
    weir.close().then(
      () => process.exit(exitCode),
      (error: unknown) => {
        logger.error({ err: error }, 'not all could be ended')
        process.exit(exitCodes.finding)
      },
    )
  }
  // Not `once`: write-file-atomic's signal-exit ends a process that has no listener left beside its own.
  process.on('SIGTERM', () => stop(exitCodes.done))
  process.on('SIGINT', () => stop(exitCodes.interrupted))

  await tools.catch(async (error: unknown) => {
    await weir.close()
    throw error
  })
}
