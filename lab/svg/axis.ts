import { element, text, type Markup } from './markup.ts'
import type { Scale } from './scale.ts'

/** Where the marks are drawn, in pixels. */
export type Frame = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number }

/** Ticks below the frame, each with a line through it, and what is counted. */
export function bottomAxis(scale: Scale, frame: Frame, label: string): readonly Markup[] {
  const { left, right, top, bottom } = frame
  const ticks = scale.ticks.flatMap((tick) => {
    const x = scale.at(tick.value)
    return [
      element('line', { class: 'grid', x1: x, x2: x, y1: top, y2: bottom }),
      element(
        'text',
        { class: 'tick', x, y: bottom + 14, 'text-anchor': 'middle', 'data-tick': String(tick.value) },
        text(tick.label),
      ),
    ]
  })
  const middle = (left + right) / 2
  return [...ticks, element('text', { class: 'axis', x: middle, y: bottom + 29, 'text-anchor': 'middle' }, text(label))]
}

/** Ticks left of the frame, each with a line through it, and above it what is counted. */
export function leftAxis(scale: Scale, frame: Frame, label: string): readonly Markup[] {
  const { left, right, top } = frame
  const ticks = scale.ticks.flatMap((tick) => {
    const y = scale.at(tick.value)
    return [
      element('line', { class: 'grid', x1: left, x2: right, y1: y, y2: y }),
      element(
        'text',
        { class: 'tick', x: left - 6, y: y + 4, 'text-anchor': 'end', 'data-tick': String(tick.value) },
        text(tick.label),
      ),
    ]
  })
  return [...ticks, element('text', { class: 'axis', x: 0, y: top - 16 }, text(label))]
}
