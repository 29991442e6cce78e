import type { RtspHeaders } from '../protocol/rtsp-message.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import type { PlayoutPace } from './timeline.ts'

const MAX_SCALE = 64
const SPEEDS = { min: 0.1, max: 8 } // a viewer must not make a flood of a video

/** How fast PLAY asks for, RFC 2326 sections 12.34 and 12.35, brought to what is served: Scale from 1
 *  up or from -1 down, Speed from 0.1 to 8.
 *  Throws RtspRefusal 400 for what is no number. */
export function readPace(headers: RtspHeaders): PlayoutPace {
  const scale = readNumber(headers, 'scale')
  const speed = readNumber(headers, 'speed')
  return {
    scale: Math.sign(scale) * Math.min(Math.max(Math.abs(scale), 1), MAX_SCALE) || 1, // not slower than live, either way
    speed: Math.min(Math.max(speed, SPEEDS.min), SPEEDS.max),
  }
}

/** Who asks for another pace is told the one used; who asks for a Scale, the Speed as well. GStreamer would take the Scale
 *  for the rate at which it has to show the RTP times, which follow the clock at any Scale, and show nothing backwards. */
export function paceHeaders(headers: RtspHeaders, { scale, speed }: PlayoutPace): Record<string, string> {
  const asksScale = headers.has('scale')
  return {
    ...(asksScale ? { scale: decimal(scale) } : {}),
    ...(asksScale || headers.has('speed') ? { speed: decimal(speed) } : {}),
  }
}

function readNumber(headers: RtspHeaders, name: 'scale' | 'speed'): number {
  const text = headers.get(name)
  if (text === undefined) return 1
  if (/^-?\d{1,9}(\.\d{0,9})?$/.test(text)) return Number(text)
  throw new RtspRefusal(400, `${name}: ${text.slice(0, 40)}`)
}

/** With a point, always: that is how the RFC writes it. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value)
}
