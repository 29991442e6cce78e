import { rename, writeFile } from 'node:fs/promises'

/** Nobody reads half of it: the text appears under its name at once. */
export async function writeByRename(path: string, text: string): Promise<void> {
  await writeFile(`${path}.tmp`, text)
  await rename(`${path}.tmp`, path)
}
