/** A source, or a side of it, that cannot be played live. The message says what was expected. */
export class BadSource extends Error {
  override readonly name = 'BadSource'
}
