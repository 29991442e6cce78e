import { expect, test } from 'vitest'
import { heatMap, type HeatCell } from './heat-map.ts'
import { markStyles } from './mark.ts'

const styles = markStyles([
  { name: 'hls', side: 'hls' },
  { name: 'udp', side: 'udp' },
])

/** A map of these levels, from the bottom up; 0 is nobody's. */
function drawn(levels: readonly (readonly number[])[], isHatched = false): string {
  const cellOf = (level: number): HeatCell => {
    const style = styles.get(level > 0 ? 'hls' : 'udp')
    const owned = level === 0 || style === undefined ? {} : { style }
    return { ...owned, strength: 1, isHatched, shown: String(level), level, said: `level ${level}` }
  }
  return heatMap({
    columns: (levels[0] ?? []).map((_, index) => `c${index}`),
    rows: levels.map((_, index) => `r${index}`),
    cells: levels.map((row) => row.map(cellOf)),
    columnsLabel: 'columns',
    rowsLabel: 'rows',
    showLevel: String,
    label: 'a map',
  })
}

/** The ends of all parts of all lines of a kind, in pixels. */
function points(svg: string, className: string): readonly { x: number; y: number }[] {
  const paths = [...svg.matchAll(new RegExp(`class="${className}" d="([^"]*)"`, 'g'))].map(([, d = '']) => d)
  return [...paths.join('').matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y) }))
}

// The map lies from x = 60 to 348, a row is 36 high from y = 22 on.

test('heatMap draws the frontier half-way between equal and opposite cells, from edge to edge', () => {
  const frontier = points(drawn([[-2, 2], [-2, 2]]), 'frontier') // prettier-ignore
  expect(new Set(frontier.map(({ x }) => x))).toEqual(new Set([204]))
  const ys = frontier.map(({ y }) => y)
  expect([Math.min(...ys), Math.max(...ys)]).toEqual([22, 94])
})

test('heatMap draws the frontier nearer to the smaller difference', () => {
  const frontier = points(drawn([[-1, 3], [-1, 3]]), 'frontier') // prettier-ignore
  expect(new Set(frontier.map(({ x }) => x))).toEqual(new Set([168])) // a quarter of the way from 132 to 276
})

test('heatMap counts rows from the bottom up', () => {
  const svg = drawn([[1], [-2]])
  const cells = [...svg.matchAll(/<title>level (-?\d)<\/title><rect x="60" y="(\d+)"/g)].map(([, level, y]) => [
    level,
    y,
  ])
  expect(cells).toEqual([['1', '58'], ['-2', '22']]) // prettier-ignore
})

test('heatMap draws no frontier where one side is better everywhere, but lines of equal difference', () => {
  const svg = drawn([[1, 2], [1, 2]]) // prettier-ignore
  expect([svg.includes('class="frontier"'), points(svg, 'iso-line').length > 0]).toEqual([false, true])
})

test('heatMap leaves lines out of cells that are nobody’s', () => {
  const svg = drawn([[0, 0, 0], [0, 0, 0], [-1, -1, -1]]) // prettier-ignore
  const ys = points(svg, 'iso-line').map(({ y }) => y)
  expect(Math.max(...ys)).toBeLessThanOrEqual(58) // the two lower rows begin there
})

test('heatMap marks the better side by shape, and hatches what is not sure', () => {
  const svg = drawn([[-1, 1]], true)
  expect(svg.match(/<circle class="mark udp-0"/g)).toHaveLength(1)
  expect(svg.match(/<path class="mark hls-0"/g)).toHaveLength(1)
  expect(svg.match(/url\(#unsure\)/g)).toHaveLength(2)
})
