import { expect, test } from 'vitest'
import { extensionOf, titleOf } from './video-names.ts'

const names: [string | undefined, string | undefined, string, string][] = [
  [undefined, 'holiday.mp4', 'holiday', 'mp4'],
  ['Our holiday', 'holiday.MP4', 'Our holiday', 'mp4'],
  [undefined, '../../x', 'x', 'bin'],
  [undefined, 'C:\\Users\\ann\\a.b.mkv', 'a.b', 'mkv'],
  [undefined, 'x.mp4/../../etc/passwd', 'passwd', 'bin'],
  ['  \u0000\n\u202e ', '.mov', 'Untitled', 'mov'],
  ['two\nlines\tand tabs', undefined, 'two lines and tabs', 'bin'],
  ['🎬'.repeat(300), undefined, '🎬'.repeat(200), 'bin'],
  [undefined, 'a.m p4', 'a.m p4', 'bin'],
]
for (const [title, fileName, expectedTitle, expectedExtension] of names) {
  test(`titleOf and extensionOf take ${JSON.stringify([title?.slice(0, 20), fileName])} as names, never as paths`, () => {
    expect(titleOf(title, fileName)).toBe(expectedTitle)
    expect(extensionOf(fileName)).toBe(expectedExtension)
  })
}
