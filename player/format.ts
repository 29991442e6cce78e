/** Numbers as people read them: few digits, a unit, the same width from one moment to the next. */

/** A position or length: 0:42, 10:34, 1:02:03. */
export function formatTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0))
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor(whole / 60) % 60
  const tail = `${hours > 0 ? two(minutes) : minutes}:${two(whole % 60)}`
  return hours > 0 ? `${hours}:${tail}` : tail
}

/** A moment of civil time where the reader is: 29 Nov 2026, 20:16:05. */
export function formatCivilTime(unixMs: number): string {
  return new Date(unixMs).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
}

/** How long something took: 312 ms, 11.3 s. */
export function formatDuration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

/** Time left, rounded so that it does not flicker: "8 s", "50 s", "4 min", "2 h 5 min". */
export function formatTimeLeft(seconds: number): string {
  if (seconds < 10) return `${Math.max(1, Math.ceil(seconds))} s`
  if (seconds < 90) return `${Math.ceil(seconds / 5) * 5} s`
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes in powers of 1000, as disks and networks count them: 950 B, 12.4 MB, 3.1 GB. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${byteUnits[unit]}`
}

/** 0.4, 2.35 and 12.0 Mbit/s: three figures at most. */
export function formatMegabits(bitsPerSecond: number): string {
  const megabits = bitsPerSecond / 1_000_000
  return megabits < 10 ? megabits.toFixed(2) : megabits.toFixed(1)
}

/** A count with thin groups of three: 18 402. */
export function formatCount(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, '\u202f')
}

/** A ratio from 0 to 1 as whole per cent; below one it is never called done. */
export function formatPercent(ratio: number): string {
  return `${ratio >= 1 ? 100 : Math.min(99, Math.floor(Math.max(0, ratio) * 100))} %`
}

/** A refusal's detail begins small and ends without a stop, as it stands in logs too. */
export function asSentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.')
}
