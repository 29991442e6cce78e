import { watch } from 'chokidar'
import { readFile } from 'node:fs/promises'
import type { Logger } from 'pino'
import { parse } from 'yaml'
import { readLinkProfile, type LinkProfile } from '../link/profile.ts'

/** Re-reads the `link` part of the configuration file whenever the file is saved, and tells the new profile.
 *  A file with mistakes changes nothing: they are told in the log. Gives the function that ends it. */
export function watchLinkPart(
  path: string,
  logger: Logger,
  onProfile: (profile: LinkProfile) => void,
): () => Promise<void> {
  const watcher = watch(path, { ignoreInitial: true, awaitWriteFinish: { stabilityThreshold: 100, pollInterval: 20 } })
  const reread = async (): Promise<void> => {
    const read = readLinkProfile(linkPart(await readFile(path, 'utf8')), `${path}: link`, 'configuration')
    if (!read.ok) return logger.warn({ problems: read.problems }, 'the link stays as it was')
    onProfile(read.profile)
    logger.info({ link: read.profile }, 'the link part was read again')
  }
  const onSaved = (): void => {
    reread().catch((error: unknown) =>
      logger.warn({ err: error }, 'the configuration cannot be read; the link stays as it was'),
    )
  }
  watcher.on('change', onSaved).on('add', onSaved) // some editors write anew
  return () => watcher.close()
}

function linkPart(text: string): unknown {
  const values: unknown = parse(text)
  return typeof values === 'object' && values !== null && 'link' in values ? values.link : {}
}
