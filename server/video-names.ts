const TITLE_CHARACTERS = 200

/** The title of a video from what people gave: the title, else the file's name without folders and ending. */
export function titleOf(title: string | undefined, fileName: string | undefined): string {
  const baseName = fileName
    ?.split(/[/\\]/)
    .at(-1)
    ?.replace(/\.[A-Za-z0-9]{1,8}$/, '')
  return cleanTitle(title ?? '') || cleanTitle(baseName ?? '') || 'Untitled'
}

/** One line of text: no control characters, white space as single spaces, at most 200 characters. */
export function cleanTitle(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  return [...line].slice(0, TITLE_CHARACTERS).join('')
}

/** The ending under which the source is kept, because some of ffmpeg's readers go by it: letters and digits only. */
export function extensionOf(fileName: string | undefined): string {
  return /\.([A-Za-z0-9]{1,8})$/.exec(fileName ?? '')?.[1]?.toLowerCase() ?? 'bin'
}
