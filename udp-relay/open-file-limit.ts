import { readFile } from 'node:fs/promises'

/** How many files and sockets this process may hold; Infinity where the system does not tell. */
export async function openFileLimit(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '') // Linux alone has it
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  return soft === undefined ? Infinity : Number(soft)
}
