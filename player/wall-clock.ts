/** A clock that a page and its worker share: each one's performance.now() begins at another moment. */
export function wallMs(): number {
  return performance.timeOrigin + performance.now()
}
