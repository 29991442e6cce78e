import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { cbrt, exp, ln } from './exact-math.ts'
import { seededRandom } from './random.ts'

/** How many doubles it is from one to the other; both of the same sign. */
function unitsInTheLastPlace(a: number, b: number): number {
  if (Object.is(a, b)) return 0
  const [first, second] = new BigInt64Array(Float64Array.of(a, b).buffer)
  return Math.abs(Number(first! - second!))
}

const sample = (make: (draw: number) => number) => {
  const random = seededRandom(7)
  return Array.from({ length: 20_000 }, () => make(random()))
}
const wide = (draw: number) => Math.exp(1400 * draw - 700)

const functions = [
  { name: 'ln', ours: ln, theirs: Math.log, of: 'chances', xs: sample((draw) => 1 - draw), mostUnits: 1 },
  { name: 'ln', ours: ln, theirs: Math.log, of: 'any size', xs: sample(wide), mostUnits: 1 },
  {
    name: 'exp',
    ours: exp,
    theirs: Math.exp,
    of: '-700 to 700',
    xs: sample((draw) => 1400 * draw - 700),
    mostUnits: 1,
  },
  { name: 'cbrt', ours: cbrt, theirs: Math.cbrt, of: 'windows', xs: sample((draw) => 10_000 * draw), mostUnits: 1 },
  { name: 'cbrt', ours: cbrt, theirs: Math.cbrt, of: 'any size', xs: sample((draw) => -wide(draw)), mostUnits: 1 },
]

for (const { name, of, ours, theirs, xs, mostUnits } of functions) {
  test(`${name} of ${of} is within ${mostUnits} unit in the last place of Math's`, () => {
    expect(Math.max(...xs.map((x) => unitsInTheLastPlace(ours(x), theirs(x))))).toBeLessThanOrEqual(mostUnits)
  })
}

const edges = [0, 1, 8, 27, 5e-324, 1.7976931348623157e308, Infinity, -Infinity, NaN, -64, -745, -800, 709.78, 709.79]
for (const x of edges) {
  test(`ln, exp and cbrt of ${x} are those of Math`, () => {
    const ours = [ln(x), exp(x), cbrt(x)]
    const theirs = [Math.log(x), Math.exp(x), Math.cbrt(x)]
    expect(ours.map((value, index) => unitsInTheLastPlace(value, theirs[index]!) <= 1)).toEqual([true, true, true])
  })
}

test('cbrt of a cube is its side', () => {
  const sides = Array.from({ length: 1000 }, (_, index) => index + 1)
  expect(sides.map((side) => cbrt(side * side * side))).toEqual(sides)
})

test('the bits of the results are the same on every engine', () => {
  const values = functions.flatMap(({ ours, xs, of }) => (of === 'any size' ? [] : xs.map(ours)))
  const hash = createHash('sha256').update(Float64Array.from(values)).digest('hex')
  expect(hash).toBe('42afc0b69f2eeb8cfd2575aff3648c05fd708646cd4bff691ba3f9a84d5e103a')
})
