/** Markup made of strings: what is text is escaped, what is markup already is of type `Markup`. */
export type Markup = string & { readonly isMarkup: true }

export type Attributes = Readonly<Record<string, string | number | undefined>>

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text as it may stand between tags and in an attribute in double quotes; control characters are left out. */
export function text(value: string): Markup {
  const escaped = value.replace(/[&<>"]/g, (character) => entities[character] as string)
  return escaped.replace(/[^\P{Cc}\t\n\r]/gu, '') as Markup
}

/** An element; numbers are rounded to hundredths, attributes that are undefined are left out. */
export function element(tag: string, attributes: Attributes, ...children: readonly Markup[]): Markup {
  const written = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [` ${name}="${typeof value === 'number' ? rounded(value) : text(value)}"`],
  )
  return `<${tag}${written.join('')}>${children.join('')}</${tag}>` as Markup
}

export function join(parts: readonly Markup[]): Markup {
  return parts.join('') as Markup
}

/** Said of a mark when it is pointed at. */
export function title(value: string): Markup {
  return element('title', {}, text(value))
}

/** The whole drawing. Its words are in its label; the numbers stand in a table beside it. */
export function drawing(
  widthPixels: number,
  heightPixels: number,
  label: string,
  ...children: readonly Markup[]
): Markup {
  const viewBox = `0 0 ${rounded(widthPixels)} ${rounded(heightPixels)}`
  return element('svg', { class: 'chart', viewBox, role: 'img', 'aria-label': label }, ...children)
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100 + 0 // no -0
}
