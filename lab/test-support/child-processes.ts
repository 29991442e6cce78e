import type { ChildProcess } from 'node:child_process'

const running = new Set<ChildProcess>()

// A test file that dies leaves nothing behind.
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))

/** Ends the child with this process, if it has not ended before. */
export function trackChild<Child extends ChildProcess>(child: Child): Child {
  running.add(child)
  child.once('exit', () => running.delete(child))
  child.once('error', () => running.delete(child))
  return child
}
