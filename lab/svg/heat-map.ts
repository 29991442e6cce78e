import { contours } from 'd3-contour'
import { element, drawing, join, text, title, type Markup } from './markup.ts'
import { mark, type MarkStyle } from './mark.ts'
import { roundSteps } from './scale.ts'

export type HeatCell = {
  readonly style?: MarkStyle // whose cell it is; absent: nobody's
  readonly strength: number // of its colour, 0 to 1
  readonly isHatched: boolean // not sure
  readonly shown: string // in the cell, where there is room
  readonly level?: number // for the lines of equal difference; absent: not known, and then there are no lines
  readonly said: string
}

export type HeatMap = {
  readonly columns: readonly string[] // from left to right
  readonly rows: readonly string[] // from the bottom up
  readonly cells: readonly (readonly HeatCell[])[] // by row, then column
  readonly columnsLabel: string
  readonly rowsLabel: string
  readonly showLevel: (level: number) => string
  readonly label: string
}

const WIDTH = 352
const LEFT = 60
const TOP = 22
const MOST_COLUMNS_WITH_TEXT = 7
const SMALL_CELL_PIXELS = 20
const FAINTEST = 0.08
const STRONGEST = 0.6 // of a colour over the ground, so that text stays readable on it

/** Who wins and by how much, cell by cell; with the frontier, on which neither does, and lines of equal difference. */
export function heatMap(map: HeatMap): Markup {
  const columnPixels = (WIDTH - LEFT - 4) / map.columns.length
  const rowPixels = Math.min(36, Math.max(16, columnPixels))
  const bottom = TOP + rowPixels * map.rows.length
  const at = (column: number, row: number) => [LEFT + column * columnPixels, bottom - row * rowPixels] as const
  const hasText = map.columns.length <= MOST_COLUMNS_WITH_TEXT
  const markLeft = hasText ? 7 : columnPixels / 2
  const size = { width: columnPixels, height: rowPixels, markLeft }
  const cells = map.cells.flatMap((row, y) => row.map((cell, x) => cellOf(cell, at(x, y + 1), size)))
  return drawing(
    WIDTH,
    bottom + 36,
    map.label,
    element('text', { class: 'axis', x: 0, y: TOP - 8 }, text(map.rowsLabel)),
    ...cells,
    ...isoLines(map, at),
    ...cellTexts(map, at, columnPixels, rowPixels),
    ...rowLabels(map, bottom, rowPixels),
    ...columnLabels(map, bottom, columnPixels),
  )
}

type At = (column: number, row: number) => readonly [x: number, y: number]

type CellSize = { readonly width: number; readonly height: number; readonly markLeft: number }

function cellOf(cell: HeatCell, [x, y]: readonly [number, number], { width, height, markLeft }: CellSize): Markup {
  const box = { x, y, width, height }
  const { style, level } = cell
  const opacity = FAINTEST + (STRONGEST - FAINTEST) * Math.min(1, cell.strength)
  return element(
    'g',
    { class: 'cell', 'data-level': level === undefined ? undefined : String(level) },
    title(cell.said),
    element('rect', { ...box, class: 'cell-ground' }),
    ...(style === undefined ? [] : [element('rect', { ...box, class: style.className, 'fill-opacity': opacity })]),
    ...(cell.isHatched ? [element('rect', { ...box, fill: 'url(#unsure)' })] : []),
    ...(style === undefined ? [] : [cellMark(style, x + markLeft, y + height / 2, width)]),
  )
}

/** Smaller where cells are small, so that their colour can be seen. */
function cellMark(style: MarkStyle, x: number, y: number, width: number): Markup {
  if (width >= SMALL_CELL_PIXELS) return mark(style, x, y)
  return element('g', { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(0.55)` }, mark(style, 0, 0))
}

/** Above the lines, so that they can be read. */
function cellTexts(map: HeatMap, at: At, columnPixels: number, rowPixels: number): readonly Markup[] {
  if (map.columns.length > MOST_COLUMNS_WITH_TEXT) return []
  return map.cells.flatMap((row, y) =>
    row.map((cell, x) => {
      const [left, top] = at(x, y + 1)
      const middle = { x: left + columnPixels / 2 + 4, y: top + rowPixels / 2 + 4 }
      return element('text', { class: 'cell-text', ...middle }, text(cell.shown))
    }),
  )
}

/** The frontier and the iso-lines, between the middles of the cells; none where a cell has no value, and no parts in cells
 *  that are nobody's: among differences that do not matter they would wander about. */
function isoLines(map: HeatMap, at: At): readonly Markup[] {
  const size = { columns: map.columns.length, rows: map.rows.length }
  const levels = map.cells.flat().map(({ level }) => level)
  if (size.columns < 2 || size.rows < 2 || !levels.every((level) => level !== undefined)) return []
  const [lowest, highest] = [Math.min(...levels), Math.max(...levels)]
  const steps = roundSteps(lowest, highest, 4).filter((step) => step !== 0 && step > lowest && step < highest)
  const pathAt = isoLineOf(levels, size, at)
  const isOwned = (column: number, row: number) => map.cells[row]?.[column]?.style !== undefined
  const hasFrontier = lowest < 0 && highest > 0
  return [
    ...steps.map((step) =>
      element('path', { class: 'iso-line', d: pathAt(step, isOwned) }, title(`difference ${map.showLevel(step)}`)),
    ),
    ...(hasFrontier
      ? [element('path', { class: 'frontier', d: pathAt(0, isOwned) }, title('the frontier: no difference'))]
      : []),
  ]
}

type CellTest = (column: number, row: number) => boolean
type Size = { readonly columns: number; readonly rows: number }

/** The line of a value. A cell more on every side, with the values of the outermost ones, leads it straight to the edge. */
function isoLineOf(
  values: readonly number[],
  { columns, rows }: Size,
  at: At,
): (value: number, isIn: CellTest) => string {
  const inside = (index: number, count: number) => Math.max(0, Math.min(count - 1, index))
  const padded = Array.from({ length: (columns + 2) * (rows + 2) }, (_, index) => {
    const column = inside((index % (columns + 2)) - 1, columns)
    const row = inside(Math.floor(index / (columns + 2)) - 1, rows)
    return values[row * columns + column] ?? 0
  })
  const lines = contours().size([columns + 2, rows + 2])
  return (value, isIn) =>
    lines
      .contour(padded, value)
      .coordinates.flat()
      .flatMap((ring) => ring.slice(1).map((to, index) => [ring[index] ?? to, to] as const))
      .map(([from, to]) => segmentWithin(from, to, { columns, rows }, at, isIn))
      .join('')
}

/** Without what lies beyond the map. */
function segmentWithin(
  from: readonly number[],
  to: readonly number[],
  { columns, rows }: Size,
  at: At,
  isIn: CellTest,
): string {
  const [start, end] = [from, to].map(([x = 0, y = 0]) => ({
    x: Math.max(0, Math.min(columns, x - 1)),
    y: Math.max(0, Math.min(rows, y - 1)),
  })) as [{ x: number; y: number }, { x: number; y: number }]
  const isOnEdge =
    (start.x === end.x && (start.x === 0 || start.x === columns)) ||
    (start.y === end.y && (start.y === 0 || start.y === rows))
  const isHere = isIn(Math.floor((start.x + end.x) / 2), Math.floor((start.y + end.y) / 2))
  if (isOnEdge || !isHere) return ''
  const [a, b] = [start, end].map(({ x, y }) =>
    at(x, y)
      .map((pixels) => pixels.toFixed(1))
      .join(' '),
  )
  return `M${a}L${b}`
}

function rowLabels({ rows }: HeatMap, bottom: number, rowPixels: number): readonly Markup[] {
  return every(rows, Math.ceil(14 / rowPixels)).map(({ label, index }) =>
    element(
      'text',
      { class: 'tick', x: LEFT - 6, y: bottom - (index + 0.5) * rowPixels + 4, 'text-anchor': 'end' },
      text(label),
    ),
  )
}

function columnLabels({ columns, columnsLabel }: HeatMap, bottom: number, columnPixels: number): readonly Markup[] {
  const widest = Math.max(...columns.map((label) => label.length))
  return [
    ...every(columns, Math.ceil((7 * widest) / columnPixels)).map(({ label, index }) =>
      element(
        'text',
        { class: 'tick', x: LEFT + (index + 0.5) * columnPixels, y: bottom + 14, 'text-anchor': 'middle' },
        text(label),
      ),
    ),
    element(
      'text',
      { class: 'axis', x: (LEFT + WIDTH) / 2, y: bottom + 29, 'text-anchor': 'middle' },
      text(columnsLabel),
    ),
  ]
}

function every(labels: readonly string[], stride: number): readonly { label: string; index: number }[] {
  return labels.map((label, index) => ({ label, index })).filter(({ index }) => index % stride === 0)
}

/** The hatching of cells that are not sure; once in a page. */
export function hatching(): Markup {
  return element(
    'svg',
    { width: 0, height: 0, 'aria-hidden': 'true', class: 'definitions' },
    join([
      element(
        'pattern',
        { id: 'unsure', width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
        element('line', { class: 'hatch', x1: 0, x2: 0, y1: 0, y2: 6 }),
      ),
    ]),
  )
}
