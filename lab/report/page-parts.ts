import { markInText, type MarkStyle } from '../svg/mark.ts'
import { element, text, type Markup } from '../svg/markup.ts'

/** Sides in the order of the scenario, each with its name and how it is drawn. */
export type DrawnSide = { readonly name: string; readonly style: MarkStyle }

/** What stands in a table: text, or what is markup already. */
export type Cell = string | { readonly markup: Markup }

export type Table = {
  readonly caption: string
  readonly head: readonly Cell[]
  readonly rows: readonly (readonly Cell[])[] // the first of a row is its header
  readonly isText?: boolean // no numbers to be held below each other
}

/** One chart, the same numbers as a table, and as what a program reads out of the page. */
export type Figure = {
  readonly title: string
  readonly note?: string
  readonly drawing: Markup
  readonly table: Table
  readonly plotted: Plotted
}

/** What a chart shows, in the units of stream/measure-table.ts. */
export type Plotted = {
  readonly chart: 'box-plot' | 'distribution' | 'line' | 'heat-map' | 'choice-map' | 'timeline'
  readonly measure: string
  readonly [key: string]: unknown
}

const MOST_ROWS = 400
const MOST_ROWS_BESIDE_A_CHART = 100

export function section(title: string, ...children: readonly Markup[]): Markup {
  return element('section', {}, element('h2', {}, text(title)), ...children)
}

/** A section of folds alone: on paper nobody can unfold them. */
export function foldSection(title: string, ...folds: readonly Markup[]): Markup {
  return element('section', { class: 'only-folds' }, element('h2', {}, text(title)), ...folds)
}

export function paragraph(words: string, className?: string): Markup {
  return element('p', { class: className }, text(words))
}

export function sentences(list: readonly string[]): Markup {
  return element('ul', { class: 'sentences' }, ...list.map((sentence) => element('li', {}, text(sentence))))
}

export function fold(summary: string, ...children: readonly Markup[]): Markup {
  return element('details', { class: 'fold' }, element('summary', {}, text(summary)), ...children)
}

/** A table that scrolls by itself where it is too wide; of many rows the first ones, which it says. */
export function table({ caption, head, rows, isText = false }: Table, mostRows = MOST_ROWS): Markup {
  const shown = rows.slice(0, mostRows)
  const left = rows.length - shown.length
  const cells = head.map((cell) => element('th', { scope: 'col' }, markupOf(cell)))
  const body = shown.map(([first = '', ...rest]) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, markupOf(first)),
      ...rest.map((cell) => element('td', {}, markupOf(cell))),
    ),
  )
  return element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    element(
      'table',
      { class: isText ? 'words' : undefined },
      element('caption', {}, text(caption)),
      element('thead', {}, element('tr', {}, ...cells)),
      element('tbody', {}, ...body),
    ),
    ...(left === 0 ? [] : [paragraph(`${left} more rows are in results.csv.`, 'note')]),
  )
}

/** The charts of one thing side by side, as many as fit. */
export function figures(list: readonly Figure[]): Markup {
  return element('div', { class: 'figures' }, ...list.map(figure))
}

function figure({ title, note, drawing, table: numbers, plotted }: Figure): Markup {
  return element(
    'figure',
    { 'data-chart': plotted.chart, 'data-measure': plotted.measure },
    element('figcaption', {}, text(title), ...(note === undefined ? [] : [element('small', {}, text(note))])),
    drawing,
    fold('Numbers', table(numbers, MOST_ROWS_BESIDE_A_CHART)),
  )
}

/** Which mark is which side. */
export function legend(sides: readonly DrawnSide[]): Markup {
  return element('ul', { class: 'legend' }, ...sides.map((side) => element('li', {}, sideName(side))))
}

/** A side's name behind its mark. */
export function sideName({ name, style }: DrawnSide): Markup {
  return element('span', { class: 'side-name' }, markInText(style), text(name))
}

export function facts(rows: readonly (readonly [label: string, value: string])[]): Markup {
  const written = rows.map(([label, value]) =>
    element('div', {}, element('dt', {}, text(label)), element('dd', {}, text(value))),
  )
  return element('dl', { class: 'facts' }, ...written)
}

function markupOf(cell: Cell): Markup {
  return typeof cell === 'string' ? text(cell) : cell.markup
}
