import { expect, test } from 'vitest'
import { LiveLines } from './live-lines.ts'

test('LiveLines draws in place, no line longer than the terminal is wide, and leaves nothing behind', () => {
  const written: string[] = []
  const lines = new LiveLines({ columns: 6, write: (text) => written.push(text) })
  lines.clear()
  lines.draw(['abcdefgh', 'ü█·', '3'])
  lines.draw(['1'])
  lines.draw(['2'])
  lines.clear()
  lines.clear()
  const line = (text: string): string => `\r\x1b[K${text}`
  expect(written).toEqual([
    `\r${line('abcde')}\n${line('ü█·')}\n${line('3')}`,
    `\r\x1b[2A${line('1')}\x1b[J`,
    `\r${line('2')}`,
    '\r\x1b[J',
  ])
})
