const SHOWN_NAMES = 3

/** The names that are most like one that is not there, the likest first: what a person may have meant. */
export function nearestNames(wrong: string, names: readonly string[]): readonly string[] {
  const asked = wrong.slice(0, 60).toLowerCase()
  const distances = names.map((name) => ({ name, distance: distanceOf(asked, name.toLowerCase()) }))
  return distances
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, SHOWN_NAMES)
    .map(({ name }) => name)
}

/** Whoever writes a part of a name means that name. */
function distanceOf(asked: string, name: string): number {
  const distance = changesBetween(asked, name)
  return asked.length > 2 && name.includes(asked) ? distance / 4 : distance
}

/** Characters to put in, take out or change (Levenshtein 1966). */
function changesBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [line, character] of [...from].entries()) {
    const next = [line + 1]
    for (let column = 1; column < row.length; column += 1) {
      const changed = (row[column - 1] as number) + (to[column - 1] === character ? 0 : 1)
      next.push(Math.min(changed, (row[column] as number) + 1, (next[column - 1] as number) + 1))
    }
    row = next
  }
  return row.at(-1) as number
}
