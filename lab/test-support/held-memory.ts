import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What this process still refers to, garbage not counted. */
export function heldMemory(): { readonly heapBytes: number; readonly bufferBytes: number } {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return { heapBytes: heapUsed, bufferBytes: arrayBuffers }
}

export function heldBytes(): number {
  const { heapBytes, bufferBytes } = heldMemory()
  return heapBytes + bufferBytes
}
