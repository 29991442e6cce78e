import { readFileSync } from 'node:fs'

export const TICKS_PER_SECOND = 100 // USER_HZ of /proc

/** User and system time of a process, proc(5). */
export function cpuTicks(pid: number): number {
  const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return Number(afterName[11]) + Number(afterName[12]) // fields 14 and 15
}
