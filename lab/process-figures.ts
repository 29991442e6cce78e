import { readdirSync, readFileSync } from 'node:fs'

export const TICKS_PER_SECOND = 100 // USER_HZ of /proc

/** User and system time of a process, proc(5). */
export function cpuTicks(pid: number): number {
  const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return Number(afterName[11]) + Number(afterName[12]) // fields 14 and 15
}

/** What is resident now, proc(5). */
export function residentBytes(pid: number): number {
  return statusBytes(pid, 'VmRSS')
}

/** The most that was resident so far, proc(5). */
export function peakBytes(pid: number): number {
  return statusBytes(pid, 'VmHWM')
}

function statusBytes(pid: number, field: string): number {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes) * 1024
}

/** Open descriptors, sockets among them. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** What its threads that live have run, to the nanosecond (proc(5), schedstat). A thread that ends takes its time away. */
export function cpuNanoseconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.reduce((sum, thread) => {
    const [ran] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')
    return sum + Number(ran)
  }, 0)
}
