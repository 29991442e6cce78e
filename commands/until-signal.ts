import type { createLogger } from '../server/logger.ts'
import { exitCodes } from './exit-codes.ts'

type Logger = ReturnType<typeof createLogger>

/** Lets a server run until a signal comes, and ends the process with it: 0 after SIGTERM, 130 after SIGINT. */
export function untilSignal(server: { close(): Promise<void> }, logger: Logger): void {
  let isStopping = false
  const stop = (exitCode: number): void => {
    if (isStopping) process.exit(exitCodes.interrupted) // asked twice
    isStopping = true
    logger.info('shutting down')
    server.close().then(
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
}
