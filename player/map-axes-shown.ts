import type { MapAxisName } from '../simulation/map-axes.ts'
import { burstControls, mainControls, type SliderControl } from './network-controls.ts'
import { whatIfWords } from './words.ts'

/** The slider of an axis, for the time in which it is none. */
export function controlOf(axis: MapAxisName): SliderControl {
  if (axis === 'jitterBufferMs') return jitterBufferControl
  if (axis === 'meanBurstMs') return burstControls['bad-moments']
  return mainControls.find(({ key }) => key === axis) as SliderControl
}

export const jitterBufferControl: SliderControl = {
  key: 'jitterBufferMs',
  label: whatIfWords.jitterBuffer,
  title: whatIfWords.jitterBufferTitle,
  unit: 'ms',
  stops: [0, 25, 50, 100, 150, 200, 300, 400, 600, 1000, 2000],
  toShown: (value) => value,
  fromShown: (text) => {
    const value = Number(text.replace(',', '.'))
    return text.trim() !== '' && value >= 0 && value <= 5000 ? value : undefined
  },
}

/** 2.5 %, 10.7 Mbit/s, 40 ms: as few digits as tell neighbours apart. */
export function axisText(axis: MapAxisName, value: number): string {
  return `${axisNumber(axis, value)} ${controlOf(axis).unit}`
}

export function axisNumber(axis: MapAxisName, value: number): string {
  const shown = controlOf(axis).toShown(value)
  return String(axis === 'rateBitsPerSecond' ? Number(shown.toPrecision(3)) : shown)
}
