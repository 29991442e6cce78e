import { cpus, totalmem } from 'node:os'

/** What a measured figure was measured on, in one line. */
export function machineLine(): string {
  const cores = cpus()
  const memoryGiB = Math.round(totalmem() / 2 ** 30)
  const model = cores[0]?.model.trim() ?? 'unknown processor'
  return `${process.platform} ${process.arch}, ${cores.length} × ${model}, ${memoryGiB} GiB, Node ${process.versions.node}`
}
