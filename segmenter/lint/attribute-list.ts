/** An attribute's value: `text` without its quotes. */
export type AttributeValue = { readonly isQuoted: boolean; readonly text: string }
export type AttributeFault = {
  readonly kind: 'syntax' | 'twice'
  readonly expected: string
  readonly got: string
}

export type AttributeList = {
  readonly values: ReadonlyMap<string, AttributeValue>
  readonly faults: readonly AttributeFault[]
}

/** Reads an attribute list, RFC 8216 section 4.2, strictly: what deviates is a fault, and reading goes on behind it. Of an
 *  attribute that stands twice the first counts. */
export function readAttributeList(text: string): AttributeList {
  const values = new Map<string, AttributeValue>()
  const faults: AttributeFault[] = []
  const wrong = (expected: string, got: string): void => void faults.push({ kind: 'syntax', expected, got })
  let at = 0
  while (at < text.length) {
    const equals = text.indexOf('=', at)
    if (equals === -1) {
      wrong('name=value', text.slice(at))
      break
    }
    const name = text.slice(at, equals)
    if (!/^[A-Z0-9-]+$/.test(name)) wrong('a name of A-Z, 0-9 and -, without spaces', name)
    const { value, end } = readValue(text, equals + 1)
    if (value === undefined) wrong('a closing quotation mark', text.slice(equals + 1))
    else if (!value.isQuoted && !/^[^\s",]+$/.test(value.text)) wrong('a value without spaces and quotes', value.text)
    const known = name.trim()
    if (values.has(known)) faults.push({ kind: 'twice', expected: `${known} once`, got: text })
    else values.set(known, value ?? { isQuoted: true, text: text.slice(equals + 2) })
    if (end < text.length && text[end] !== ',') wrong('a comma after a value', text.slice(end))
    const comma = text.indexOf(',', end)
    at = comma === -1 ? text.length : comma + 1
    if (comma !== -1 && at === text.length) wrong('an attribute after the comma', 'nothing')
  }
  if (text === '') wrong('attributes', 'none')
  return { values, faults }
}

function readValue(text: string, start: number): { value: AttributeValue | undefined; end: number } {
  if (text[start] !== '"') {
    const comma = text.indexOf(',', start)
    const end = comma === -1 ? text.length : comma
    return { value: { isQuoted: false, text: text.slice(start, end) }, end }
  }
  const close = text.indexOf('"', start + 1)
  if (close === -1) return { value: undefined, end: text.length }
  return { value: { isQuoted: true, text: text.slice(start + 1, close) }, end: close + 1 }
}
