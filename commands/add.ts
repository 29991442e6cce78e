import { findTools } from '../segmenter/tools.ts'
import { addDirectly, addThroughServer, isWeirAt, type NewFile } from '../server/add-video.ts'
import { urlAt } from '../server/addresses.ts'
import { ConfigProblems, packageWishes, type Config } from '../server/config.ts'
import { createLogger } from '../server/logger.ts'
import { lockHolder } from '../server/media-lock.ts'
import { readSettings, type SettingFlags } from './settings.ts'
import { withBar } from './terminal.ts'
import { readablePath } from './user-files.ts'

/** `weir add`: prints the id of each video. */
export async function runAdd(files: readonly string[], { title, ...flags }: SettingFlags): Promise<void> {
  const { config } = await readSettings(flags)
  if (title !== undefined && files.length > 1) {
    throw new ConfigProblems([`--title must come with one file, got ${files.length} files`])
  }
  const paths = await Promise.all(files.map(readablePath))
  const url = await runningServer(config)
  const tools = url === undefined ? findTools(process.env) : undefined
  const logger = createLogger('warn')
  for (const path of paths) {
    const id = await withBar(path, (onProgress) => {
      const file: NewFile = { path, title: typeof title === 'string' ? title : undefined, onProgress }
      if (tools === undefined) return addThroughServer(url ?? '', config.token, file)
      const { media: mediaFolder, minFreeBytes } = config
      return addDirectly({ mediaFolder, minFreeBytes, wishes: packageWishes(config), tools, logger }, file)
    })
    console.log(id)
  }
}

/** At the configured port, or wherever the server that uses the media folder listens. */
async function runningServer({ host, port, media }: Config): Promise<string | undefined> {
  const configured = urlAt('http', host, port)
  if (port !== 0 && (await isWeirAt(configured))) return configured
  const holder = await lockHolder(media)
  return holder?.url !== undefined && (await isWeirAt(holder.url)) ? holder.url : undefined
}
