import { Worker } from 'node:worker_threads'
import type { SweepWork } from './sweep-worker.ts'

/** A thread that plays runs of this work. What was built has its code in a file beside it; the sources run as they are. */
export function startSweepWorker(work: SweepWork, maxHeapMegabytes: number | undefined): Worker {
  const resourceLimits = maxHeapMegabytes === undefined ? {} : { maxOldGenerationSizeMb: maxHeapMegabytes }
  const isBuilt = !import.meta.url.endsWith('.ts')
  if (isBuilt) return new Worker(new URL('./sweep-worker.js', import.meta.url), { workerData: work, resourceLimits })
  const workerData = { ...work, entry: new URL('./sweep-worker.ts', import.meta.url).href }
  return new Worker(new URL('../build/typescript-worker.mjs', import.meta.url), { workerData, resourceLimits })
}
