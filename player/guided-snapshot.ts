import type { GuidedRuns } from './guided-runs.ts'

/** Each reading of `window.weir` is a fresh snapshot; described in player/README.md. Returns how to take it away again. */
export function exposeGuided(experiment: string, runs: GuidedRuns): () => void {
  const get = () => Object.freeze({ experiment, ...runs.state.value })
  Object.defineProperty(window, 'weir', { configurable: true, enumerable: true, get })
  return () => Reflect.deleteProperty(window, 'weir')
}
