import pino, { type Logger, type LevelWithSilent } from 'pino'
import pretty from 'pino-pretty'

/** Logs to stderr, so that stdout is the commands' own: lines for people on a terminal, JSON lines elsewhere. */
export function createLogger(level: LevelWithSilent): Logger {
  const base = { level, base: null }
  if (!process.stderr.isTTY) return pino(base, pino.destination({ fd: 2, sync: true }))
  return pino(base, pretty({ destination: 2, sync: true, translateTime: 'HH:MM:ss.l', ignore: 'pid,hostname' }))
}
