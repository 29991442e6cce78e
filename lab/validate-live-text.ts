import type { LiveCheck } from './validate-live-bounds.ts'
import type { LiveCell, LiveValidation, LiveValidationPlan } from './validate-live.ts'

/** What will be done and how long it takes, then the head of the table whose rows follow one by one. */
export function liveIntroduction({ presets, runs, seconds, parallel, withBrowser }: LiveValidationPlan): string {
  const all = presets.length * runs
  const minutes = (Math.ceil(all / parallel) * seconds) / 60
  return [
    `${presets.length} networks, ${runs} ${runs === 1 ? 'seed' : 'seeds'} each, ${seconds} s a run, ${parallel} at a time: about ${minutes.toFixed(1)} min, up to`,
    'three times that where the machine is busy. The same video, network and seed in virtual time, and over real sockets:',
    `HLS by our own client, one variant; RTP over UDP by our own receiver${withBrowser ? '; HLS by hls.js in Chromium' : ''}.`,
    '',
    line('', 'side', 'what', 'virtual', 'live', 'difference', 'allowed'),
  ].join('\n')
}

/** A line for each figure; of what is out of bounds one that says so. */
export function liveCellLines({ network, seed, checks, restless }: LiveCell): string {
  const rows = checks.map((check) => {
    const { side, what, virtual, live, allowed, holds } = check
    const cells = [
      shownFigure(check, virtual),
      shownFigure(check, live),
      differenceOf(check),
      shownFigure(check, allowed),
    ]
    return line(`${network}, seed ${seed}`, side, what, ...cells, holds ? '' : 'OUT OF BOUNDS')
  })
  return [...rows, ...(restless === undefined ? [] : [`${network}, seed ${seed} does not count: ${restless}`])].join(
    '\n',
  )
}

export function liveConclusion({ cells, restlessCells, holds }: LiveValidation): string {
  const counted = cells.filter(({ restless }) => restless === undefined)
  const checks = counted.flatMap((cell) => cell.checks)
  const out = checks.filter((check) => !check.holds).length
  return [
    '',
    ...(restlessCells === 0
      ? []
      : [`${restlessCells} of ${cells.length} runs do not count: repeat them on a machine with less to do.`]),
    `Bounds: startup 10 % or 100 ms; stalled 10 % or 0.5 s (hls.js 20 % or 1 s); lost packets equal; throughput 5 % or 20 ms a segment.`,
    `${checks.length - out} of ${checks.length} figures are within them: ${holds ? 'met' : 'NOT MET'}.`,
  ].join('\n')
}

const WIDTHS = [28, 8, 11, 12, 12, 12, 10, 13] as const

function line(...cells: readonly string[]): string {
  return cells
    .map((cell, column) => (column < 3 ? cell.padEnd(WIDTHS[column] ?? 0) : cell.padStart(WIDTHS[column] ?? 0)))
    .join(' ')
    .trimEnd()
}

/** A figure of a check, with its unit. */
export function shownFigure({ unit }: Pick<LiveCheck, 'unit'>, value: number | undefined): string {
  if (value === undefined) return 'none'
  return unit === 'bit/s'
    ? `${(value / 1e6).toFixed(2)} Mbit/s`
    : unit === 'ms'
      ? `${value.toFixed(0)} ms`
      : String(value)
}

function differenceOf(check: LiveCheck): string {
  const { virtual, live } = check
  if (virtual === undefined || live === undefined) return ''
  return `${live < virtual ? '-' : '+'}${shownFigure(check, Math.abs(live - virtual))}`
}
