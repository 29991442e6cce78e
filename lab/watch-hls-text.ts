import type { HlsState } from './hls-client.ts'
import type { HlsWatchFigures } from './watch-hls-figures.ts'

export type HlsWatchView = { readonly state: HlsState; readonly figures: HlsWatchFigures; readonly address: string }

const BAR_CELLS = 30
const FULL_SECONDS = 30 // of the bar

/** What `weir watch` tells of HLS while it watches, on one line. */
export function hlsWatchLine({ state, figures }: HlsWatchView): string {
  return [
    `${state.positionSeconds.toFixed(1)} s`,
    state.phase,
    ...(state.variant === undefined ? [] : [state.variant]),
    `buffer ${state.bufferSeconds.toFixed(1)} s`,
    throughputText(state),
    startupText(figures),
    stallText(figures),
    switchText(figures),
  ].join('  ')
}

/** The same on a terminal, as lines that are drawn anew in place. */
export function hlsWatchScreen({ state, figures, address }: HlsWatchView): string[] {
  const { phase, positionSeconds, bufferSeconds, variant = '', isLive } = state
  const megabytes = ((figures['receivedBytes'] ?? 0) / 1e6).toFixed(1)
  return [
    address,
    `${phase.padEnd(9)} ${clockText(positionSeconds)}${isLive ? '  live' : ''}  ${variant}`,
    `buffer    ${bufferBar(bufferSeconds)} ${bufferSeconds.toFixed(1)} s`,
    `speed     ${throughputText(state)}  ${megabytes} MB received`,
    `so far    ${startupText(figures)}  ${stallText(figures)}  ${switchText(figures)}`,
  ]
}

function bufferBar(seconds: number): string {
  const cells = Math.min(BAR_CELLS, Math.round((seconds / FULL_SECONDS) * BAR_CELLS))
  return `[${'█'.repeat(cells)}${'·'.repeat(BAR_CELLS - cells)}]`
}

function clockText(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60]
  return `${minutes}:${rest.toFixed(1).padStart(4, '0')}`
}

function throughputText({ throughputBitsPerSecond }: HlsState): string {
  return throughputBitsPerSecond === undefined
    ? 'no segment yet'
    : `${(throughputBitsPerSecond / 1e6).toFixed(2)} Mbit/s`
}

function startupText({ startupMs }: HlsWatchFigures): string {
  return startupMs === undefined ? 'no picture yet' : `startup ${Math.round(startupMs)} ms`
}

function stallText({ stallCount = 0, stallMs = 0 }: HlsWatchFigures): string {
  return `${stallCount} ${stallCount === 1 ? 'stall' : 'stalls'}${stallCount === 0 ? '' : `, ${(stallMs / 1000).toFixed(1)} s`}`
}

function switchText({ variantSwitches = 0 }: HlsWatchFigures): string {
  return `${variantSwitches} ${variantSwitches === 1 ? 'switch' : 'switches'}`
}
