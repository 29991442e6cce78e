type Colour = readonly [red: number, green: number, blue: number]

// Water, shallows, sand, meadow, wood, rock, snow; by height from 0 to 1.
const ramp: readonly (readonly [height: number, colour: Colour])[] = [
  [0, [14, 42, 84]],
  [0.4, [30, 104, 148]],
  [0.46, [112, 178, 178]],
  [0.5, [222, 204, 150]],
  [0.56, [120, 160, 84]],
  [0.68, [56, 106, 64]],
  [0.8, [126, 110, 92]],
  [1, [244, 244, 240]],
]
const LARGEST_HILL_PIXELS = 260
const OCTAVES = 5
const CONTOUR_LINES = 26

/** A map of hills and water with contour lines, as rows of red, green and blue bytes: detail everywhere, so that any
 *  block that stands still or comes from the wrong place is seen. The same at every call. */
export function paintTerrain(widthPixels: number, heightPixels: number): Uint8Array {
  const pixels = new Uint8Array(widthPixels * heightPixels * 3)
  let left = 0
  for (let y = 0; y < heightPixels; y++) {
    for (let x = 0; x < widthPixels; x++) {
      const height = heightAt(x, y)
      const light = 1 + 14 * (height - (x === 0 ? height : left)) // from the left, over the slope
      left = height
      pixels.set(shade(colourOf(height), light * contour(height)), (y * widthPixels + x) * 3)
    }
  }
  return pixels
}

function shade([red, green, blue]: Colour, light: number): Colour {
  return [clamp(red * light), clamp(green * light), clamp(blue * light)]
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)))
}

function contour(height: number): number {
  return (height * CONTOUR_LINES) % 1 < 0.1 ? 0.62 : 1
}

function colourOf(height: number): Colour {
  const above = Math.max(
    1,
    ramp.findIndex(([limit]) => limit >= height),
  )
  const [lowHeight, low] = ramp[above - 1] as (typeof ramp)[number]
  const [highHeight, high] = ramp[above] as (typeof ramp)[number]
  const share = (height - lowHeight) / (highHeight - lowHeight)
  return [mix(low[0], high[0], share), mix(low[1], high[1], share), mix(low[2], high[2], share)]
}

/** Value noise: random heights at the corners of a grid, smooth between them; each octave half as large and as high. */
function heightAt(x: number, y: number): number {
  let height = 0
  let weight = 0.5
  let scale = 1 / LARGEST_HILL_PIXELS
  for (let octave = 0; octave < OCTAVES; octave++) {
    height += weight * smoothNoise(x * scale, y * scale, octave)
    weight /= 2
    scale *= 2
  }
  return Math.min(1, height / (1 - 0.5 ** OCTAVES))
}

function smoothNoise(x: number, y: number, octave: number): number {
  const column = Math.floor(x)
  const row = Math.floor(y)
  const right = ease(x - column)
  const down = ease(y - row)
  const top = mix(noise(column, row, octave), noise(column + 1, row, octave), right)
  const bottom = mix(noise(column, row + 1, octave), noise(column + 1, row + 1, octave), right)
  return mix(top, bottom, down)
}

function ease(share: number): number {
  return share * share * (3 - 2 * share)
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share
}

/** From 0 to 1, by an integer hash of the place. */
function noise(column: number, row: number, octave: number): number {
  let bits = Math.imul(column, 0x27d4eb2d) ^ Math.imul(row, 0x165667b1) ^ Math.imul(octave + 1, 0x9e3779b1)
  bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32
}
