import { readFile } from 'node:fs/promises'
import { linkPresets } from '../link/presets.ts'
import { importedNetwork, networkLines } from '../server/networks-command.ts'
import { readablePath } from './user-files.ts'

type NetworksFlags = { readonly json?: boolean; readonly import?: string }

/** `weir networks`. */
export async function runNetworks({ json = false, import: file }: NetworksFlags): Promise<void> {
  if (file !== undefined) {
    const path = await readablePath(file)
    return console.log(importedNetwork(path, await readFile(path, 'utf8')))
  }
  console.log(json ? JSON.stringify(linkPresets, undefined, 2) : networkLines().join('\n'))
}
