import type { Colour } from './chart-figures.ts'

/** The colours and patterns of the theme in force, for a canvas. */
export type Paint = {
  readonly colours: Readonly<Record<Colour | 'grid', string>>
  readonly font: string
  /** Lines at a slant in a colour: what is meant is told apart without it. */
  hatch(colour: Colour): CanvasPattern | string
}

const FONT_PIXELS = 11
const HATCH_PIXELS = 5

/** Reads the tokens of style/tokens.css where the charts stand; ask again when the theme changes. */
export function readPaint(host: Element): Paint {
  const style = getComputedStyle(host)
  const token = (name: string) => style.getPropertyValue(name).trim()
  const colours = {
    hls: token('--hls'),
    udp: token('--udp'),
    repair: token('--repair'),
    fault: token('--fault'),
    text: token('--text'),
    muted: token('--muted'),
    grid: token('--line'),
  }
  const patterns = new Map<Colour, CanvasPattern | string>()
  return {
    colours,
    font: `${FONT_PIXELS}px ${style.fontFamily}`,
    hatch(colour) {
      const known = patterns.get(colour) ?? hatchOf(colours[colour])
      patterns.set(colour, known)
      return known
    },
  }
}

/** A colour that lets what lies below shine through. */
export function faint(colour: string, ratio: number): string {
  return `color-mix(in srgb, ${colour} ${ratio * 100}%, transparent)`
}

function hatchOf(colour: string): CanvasPattern | string {
  const size = Math.round(HATCH_PIXELS * devicePixelRatio)
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size
  const context = canvas.getContext('2d')
  if (context === null) return colour
  context.strokeStyle = colour
  context.lineWidth = size / 2.5
  // Three lines, so that the corners of the tile are filled too.
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift - size / 2, size * 1.5)
    context.lineTo(shift + size * 1.5, -size / 2)
  }
  context.stroke()
  return context.createPattern(canvas, 'repeat') ?? colour
}
