/** How many of the sorted `items` pass before the first that does not, by halving. */
export function countLeading<T>(items: readonly T[], passes: (item: T) => boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (passes(items[middle] as T)) low = middle + 1
    else high = middle
  }
  return low
}
