import type { ViewerSide } from '../../stream/record.ts'
import { element, join, title, type Markup } from './markup.ts'

/** How a side is drawn everywhere: colour by what it is, and never by colour alone. */
export type MarkStyle = {
  readonly className: string // `hls-0`: the style sheet has its colour
  readonly shape: Shape
  readonly dash: string | undefined
}

type Shape = 'square' | 'disc' | 'diamond' | 'triangle' | 'cross' | 'ring'

const shapes: Readonly<Record<ViewerSide, readonly Shape[]>> = {
  hls: ['square', 'diamond', 'cross'],
  udp: ['disc', 'triangle', 'ring'],
}
const dashes = [undefined, '6 3', '2 2'] as const

/** The styles of all sides: squares are HLS, discs are UDP, and the further ones of each differ in shape and dash. */
export function markStyles(
  sides: readonly { readonly name: string; readonly side: ViewerSide }[],
): ReadonlyMap<string, MarkStyle> {
  const met = { hls: 0, udp: 0 }
  return new Map(
    sides.map(({ name, side }) => {
      const index = met[side] % 3
      met[side] += 1
      return [name, { className: `${side}-${index}`, shape: shapes[side][index] ?? 'square', dash: dashes[index] }]
    }),
  )
}

/** A mark of about 8 pixels around a point. */
export function mark(style: MarkStyle, x: number, y: number, said?: string): Markup {
  const children = said === undefined ? [] : [title(said)]
  const class_ = `mark ${style.className}`
  if (style.shape === 'disc') return element('circle', { class: class_, cx: x, cy: y, r: 4 }, ...children)
  if (style.shape === 'ring') return element('circle', { class: `${class_} hollow`, cx: x, cy: y, r: 3 }, ...children)
  const hollow = style.shape === 'cross' ? ' hollow' : ''
  return element('path', { class: class_ + hollow, d: outlines[style.shape](x, y) }, ...children)
}

const outlines = {
  square: (x: number, y: number) => `M${x - 3.5} ${y - 3.5}h7v7h-7z`,
  diamond: (x: number, y: number) => `M${x} ${y - 4.5}l4.5 4.5l-4.5 4.5l-4.5 -4.5z`,
  triangle: (x: number, y: number) => `M${x} ${y - 4.5}l4.5 8h-9z`,
  cross: (x: number, y: number) => `M${x - 3.5} ${y - 3.5}l7 7M${x + 3.5} ${y - 3.5}l-7 7`,
} satisfies Partial<Record<Shape, (x: number, y: number) => string>>

/** The mark alone, to stand in a line of text. */
export function markInText(style: MarkStyle): Markup {
  return element(
    'svg',
    { class: 'mark-in-text', viewBox: '1 1 10 10', width: 14, height: 14, 'aria-hidden': 'true' },
    join([mark(style, 6, 6)]),
  )
}
