import type { PlotData } from './chart-data.ts'
import type { Figure, Plot } from './chart-figures.ts'

const NONE = '–'

/** The head of a plot: its title, and each figure with its value at a moment. It is the plot's text alternative too. */
export class ChartLegend {
  readonly root: HTMLElement
  readonly #values: readonly { readonly figure: Figure; readonly item: HTMLElement; readonly text: Text }[]

  constructor({ title, unit, kind }: Plot, figures: readonly Figure[]) {
    this.root = element('figcaption', 'chart-head')
    const heading = element('h3', 'chart-title', title)
    heading.append(element('small', '', ` ${unit}`))
    const list = element('ul', 'chart-legend')
    this.#values = figures.map((figure) => {
      const item = legendItem(figure)
      const text = document.createTextNode(NONE)
      const value = element('span', 'chart-value')
      value.append(text)
      item.append(value)
      list.append(item)
      return { figure, item, text }
    })
    list.dataset['kind'] = kind
    this.root.append(heading, list)
  }

  /** Lines say their value in the bin of the moment, columns how many there were until then. */
  say(data: PlotData, atSeconds: number): void {
    const place = data.placeAt(atSeconds)
    for (const [index, { figure, item, text }] of this.#values.entries()) {
      const value = valueOf(data, figure, data.columns[index]?.[place ?? -1] ?? null, atSeconds)
      const said = value === null ? NONE : figure.show(value)
      if (text.data !== said) text.data = said
      item.classList.toggle('is-none', value === null || value === 0)
    }
  }
}

function valueOf(data: PlotData, figure: Figure, drawn: number | null, atSeconds: number): number | null {
  return data.plot.kind === 'lines' || drawn === null ? drawn : data.total(figure, atSeconds)
}

function legendItem({ label, definition, colour, look, isRare }: Figure): HTMLElement {
  const item = element('li', isRare ? 'chart-figure is-rare is-none' : 'chart-figure')
  item.title = definition
  const swatch = element('i', 'chart-swatch')
  swatch.dataset['colour'] = colour
  swatch.dataset['look'] = look
  swatch.setAttribute('aria-hidden', 'true')
  item.append(swatch, element('span', 'chart-label', label), ' ')
  return item
}

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  text?: string,
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  if (className !== '') made.className = className
  if (text !== undefined) made.textContent = text
  return made
}
