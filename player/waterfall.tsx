import type { StallStory, Transfer } from '../stream/why-stall.ts'
import { LINE_BIN_MS } from '../stream/why-stall.ts'
import { segmentName } from './why-lines.ts'
import { whyWords } from './words.ts'

const ROW_PX = 24
const BAR_PX = 12
const WINDOW_PX = 72
const MARK_PX = 12

/** The time that a drawing spans, as places from 0 to 100 %. */
type Span = { readonly fromMs: number; readonly toMs: number }

/** The downloads around a stall, one above the other, the stall as a band behind them, and the sender's window with what
 *  was lost. Widths are per cent, so that text keeps its size. */
export function Waterfall({ story }: { story: StallStory }) {
  const span = spanOf(story)
  const rowsPx = story.transfers.length * ROW_PX
  return (
    <figure class="waterfall">
      <svg height={rowsPx} role="img" aria-label={wordsOf(story)}>
        <StallBand story={story} span={span} heightPx={rowsPx} />
        {story.transfers.map((transfer, row) => (
          <TransferRow
            key={`${transfer.uri} ${transfer.askedMs}`}
            transfer={transfer}
            story={story}
            span={span}
            row={row}
          />
        ))}
      </svg>
      <WindowChart story={story} span={span} />
      <TimeAxis span={span} />
      <Key />
    </figure>
  )
}

function StallBand({ story, span, heightPx }: { story: StallStory; span: Span; heightPx: number }) {
  return (
    <rect
      class="stall-band"
      x={place(story.fromMs, span)}
      width={width(story.fromMs, story.toMs, span)}
      height={heightPx}
    />
  )
}

function TransferRow({
  transfer,
  story,
  span,
  row,
}: {
  transfer: Transfer
  story: StallStory
  span: Span
  row: number
}) {
  const { askedMs, firstByteMs, endedMs = span.toMs, isCancelled } = transfer
  const isWaitedFor = transfer === story.waitedFor
  const requestMs = isWaitedFor ? (story.requestArrivedMs ?? askedMs) : askedMs
  const firstMs = firstByteMs ?? endedMs
  const y = row * ROW_PX + (ROW_PX - BAR_PX) / 2
  const bar = (kind: string, fromMs: number, toMs: number) => (
    <rect class={`bar ${kind}`} x={place(fromMs, span)} y={y} width={width(fromMs, toMs, span)} height={BAR_PX} />
  )
  return (
    <g>
      <title>{segmentName(transfer)}</title>
      {bar('request', askedMs, requestMs)}
      {bar('waiting', requestMs, firstMs)}
      {bar(isCancelled ? 'cancelled' : 'download', firstMs, endedMs)}
      <text class="bar-name" x={place(firstMs, span)} dx="6" y={y + BAR_PX - 2}>
        {segmentName(transfer)}
        {isCancelled ? ` × ${whyWords.waterfall.cancelled}` : ''}
      </text>
    </g>
  )
}

/** The window as steps; marks below it where packets were lost. */
function WindowChart({ story, span }: { story: StallStory; span: Span }) {
  const { windows, bins } = story
  if (windows.length === 0) return null
  const highest = Math.max(...windows.map(({ cwnd }) => cwnd), 1)
  const points = windows.map(({ atMs, cwnd }) => `${share(atMs, span) * 10},${WINDOW_PX * (1 - cwnd / highest)}`)
  const heightPx = WINDOW_PX + MARK_PX
  return (
    <>
      <p class="waterfall-label">
        {whyWords.waterfall.window(Math.floor(story.smallestWindow ?? 0), Math.floor(highest))}
      </p>
      <svg height={heightPx} aria-hidden="true">
        <StallBand story={story} span={span} heightPx={heightPx} />
        <svg viewBox={`0 0 1000 ${WINDOW_PX}`} preserveAspectRatio="none" height={WINDOW_PX} width="100%">
          <polyline class="window-line" points={points.join(' ')} vector-effect="non-scaling-stroke" />
        </svg>
        {bins
          .filter(({ lostPackets, tailDroppedPackets }) => lostPackets + tailDroppedPackets > 0)
          .map(({ atMs, lostPackets }) => (
            <text key={atMs} class="loss-mark" x={place(atMs + LINE_BIN_MS / 2, span)} y={heightPx - 1}>
              {lostPackets > 0 ? '×' : '▾'}
            </text>
          ))}
      </svg>
    </>
  )
}

function TimeAxis({ span }: { span: Span }) {
  const lengthSeconds = (span.toMs - span.fromMs) / 1000
  return (
    <p class="waterfall-axis" aria-hidden="true">
      <span>{0} s</span>
      <span>{(lengthSeconds / 2).toFixed(1)} s</span>
      <span>{lengthSeconds.toFixed(1)} s</span>
    </p>
  )
}

function Key() {
  const { request, waiting, download, stall, lost, dropped } = whyWords.waterfall
  return (
    <figcaption class="strip-key" aria-hidden="true">
      {(
        [
          ['request', request],
          ['waiting', waiting],
          ['download', download],
          ['stall-band', stall],
        ] as const
      ).map(([kind, words]) => (
        <span key={kind}>
          <svg width="16" height="12">
            <rect class={`bar ${kind}`} width="16" height="12" />
          </svg>
          {words}
        </span>
      ))}
      <span>
        <b>×</b> {lost}
      </span>
      <span>
        <b>▾</b> {dropped}
      </span>
    </figcaption>
  )
}

function spanOf({ transfers, fromMs, toMs }: StallStory): Span {
  return {
    fromMs: Math.min(fromMs, ...transfers.map(({ askedMs }) => askedMs)),
    toMs: Math.max(toMs, ...transfers.map(({ endedMs = toMs }) => endedMs)),
  }
}

/** From 0 to 100. */
function share(atMs: number, { fromMs, toMs }: Span): number {
  return (100 * Math.min(Math.max(atMs - fromMs, 0), toMs - fromMs)) / Math.max(1, toMs - fromMs)
}

function place(atMs: number, span: Span): string {
  return `${share(atMs, span)}%`
}

function width(fromMs: number, toMs: number, span: Span): string {
  return `${Math.max(0, share(toMs, span) - share(fromMs, span))}%`
}

function wordsOf({ transfers, fromMs, toMs }: StallStory): string {
  const { underWay, gaveUp, came, around } = whyWords.waterfall
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  const rows = transfers.map((transfer) => {
    const { askedMs, endedMs, isCancelled } = transfer
    if (endedMs === undefined) return underWay(segmentName(transfer))
    return (isCancelled ? gaveUp : came)(segmentName(transfer), seconds(endedMs - askedMs))
  })
  return around(seconds(toMs - fromMs), rows.join(', '))
}
