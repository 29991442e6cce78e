/** CPU time of this process, its threads for compiling and collecting garbage included. Time that other processes take
 *  from it does not count, though their use of the caches does. */
export function cpuMicroseconds(run: () => void): number {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return user + system
}
