import { readFile } from 'node:fs/promises'

/** What tells a process from a later one with the same number. */
export type ProcessIdentity = {
  readonly pid: number
  readonly startTicks: number // after boot, field 22 of /proc/<pid>/stat
  readonly command: string // its arguments, joined by spaces
}

/** Who a running process is; undefined when it has ended, or where there is no /proc. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  try {
    const [stat, commandLine] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ])
    // proc(5): the second field is the name in brackets and may hold spaces; the third is the state, Z for ended.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const command = commandLine.split('\0').join(' ').trim()
    return fields[0] === 'Z' ? undefined : { pid, startTicks: Number(fields[19]), command }
  } catch {
    return undefined
  }
}

export async function isStillRunning({ pid, startTicks, command }: ProcessIdentity): Promise<boolean> {
  const now = await identifyProcess(pid)
  return now?.startTicks === startTicks && now.command === command
}

/** Ends a process that an earlier server left, if it is still that very one. Tells whether it was. */
export async function endIfStillRunning(identity: ProcessIdentity): Promise<boolean> {
  if (!(await isStillRunning(identity))) return false
  process.kill(identity.pid, 'SIGKILL')
  return true
}
