import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What this process still refers to, garbage not counted. */
export function heldMemory(): { readonly heapBytes: number; readonly bufferBytes: number } {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect() // waits until buffers that the first one found are given back, which another thread does
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { heapBytes: heapUsed, bufferBytes: arrayBuffers }
}

export function heldBytes(): number {
  const { heapBytes, bufferBytes } = heldMemory()
  return heapBytes + bufferBytes
}
