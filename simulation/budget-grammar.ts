import { aggregateNamed, type Aggregate } from './aggregates.ts'

/** What a measure is named by: `hls.startupMs p95`. */
export type MeasureReference = {
  readonly kind: 'measure'
  readonly side?: string // absent: of whichever side is judged
  readonly measure: string
  readonly aggregate?: Aggregate // absent: of one run
}

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | MeasureReference
  | { readonly kind: '+' | '-' | '*' | '/'; readonly left: Expression; readonly right: Expression }

export type Comparison = '<=' | '>=' | '<' | '>' | '='

/** A limit as it was written, taken apart; whether its names are known is the reader's question. */
export type BudgetSyntax = {
  readonly text: string
  readonly left: Expression
  readonly comparison: Comparison
  readonly right: Expression
  readonly network?: string // absent: on all of them
  readonly cell?: Readonly<Record<string, number>> // values of axes; absent: in all cells
}

const MOST_CHARACTERS = 300
const MOST_DEPTH = 20
const NUMBER = /-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy

/** Takes a budget apart, or says what is wrong with it:
 *  `EXPRESSION (< <= > >= =) EXPRESSION [on NETWORK] [at AXIS=VALUE, AXIS=VALUE…]`, an expression of numbers, + - * / ( )
 *  and at most one `[SIDE.]MEASURE [mean|min|max|pNN]`. */
export function parseBudget(text: string): BudgetSyntax | string {
  if (text.length > MOST_CHARACTERS)
    return `a budget must have at most ${MOST_CHARACTERS} characters, got ${text.length}`
  try {
    return new BudgetParser(text).budget()
  } catch (error) {
    if (error instanceof NotUnderstood) return error.message
    throw error
  }
}

export function referencesIn(expression: Expression): readonly MeasureReference[] {
  if (expression.kind === 'number') return []
  if (expression.kind === 'measure') return [expression]
  return [...referencesIn(expression.left), ...referencesIn(expression.right)]
}

/** undefined where a measure has no value, or the result is no number. */
export function evaluate(
  expression: Expression,
  valueOf: (reference: MeasureReference) => number | undefined,
): number | undefined {
  if (expression.kind === 'number') return expression.value
  if (expression.kind === 'measure') return valueOf(expression)
  const left = evaluate(expression.left, valueOf)
  const right = evaluate(expression.right, valueOf)
  if (left === undefined || right === undefined) return undefined
  const value = calculated(expression.kind, left, right)
  return Number.isNaN(value) ? undefined : value
}

function calculated(operator: '+' | '-' | '*' | '/', left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
  }
}

/** Compared in twelve digits: 0.8 - 0.1 is 0.7. */
export function isHeld(comparison: Comparison, value: number, limit: number): boolean {
  const [left, right] = [value, limit].map((number) => Number(number.toPrecision(12))) as [number, number]
  switch (comparison) {
    case '<=':
      return left <= right
    case '>=':
      return left >= right
    case '<':
      return left < right
    case '>':
      return left > right
    case '=':
      return left === right
  }
}

class NotUnderstood extends Error {}

/** Recursive descent; what it has read stands before `#at`. */
class BudgetParser {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  budget(): BudgetSyntax {
    const left = this.#sum()
    const comparison = this.#take(/<=|>=|<|>|=/y, 'a comparison (< <= > >= =)') as Comparison
    const right = this.#sum()
    const network = this.#maybe(/on\s+([\w.-]+)/y)?.replace(/^on\s+/, '')
    const cell = this.#maybe(/at\s/y) === undefined ? undefined : Object.fromEntries(this.#axes())
    if (this.#rest() !== '') this.#fail('nothing more')
    const counts = [left, right].map((side) => referencesIn(side).length)
    if (Math.max(...counts) !== 1) this.#refuse('name a measure, and at most one on each side of its comparison')
    const place = { ...(network === undefined ? {} : { network }), ...(cell === undefined ? {} : { cell }) }
    return { text: this.#text.trim(), left, comparison, right, ...place }
  }

  #axes(): readonly (readonly [string, number])[] {
    const axes: [string, number][] = []
    do {
      const axis = this.#take(/[A-Za-z]\w*/y, 'an axis')
      this.#take(/=/y, '= and a value')
      axes.push([axis, Number(this.#take(NUMBER, 'a number'))])
    } while (this.#maybe(/,/y) !== undefined)
    return axes
  }

  #sum(): Expression {
    return this.#chain(/[+-]/y, () => this.#product())
  }

  #product(): Expression {
    return this.#chain(/[*/]/y, () => this.#factor())
  }

  #chain(operators: RegExp, part: () => Expression): Expression {
    let left = part()
    for (let kind = this.#maybe(operators); kind !== undefined; kind = this.#maybe(operators)) {
      left = { kind: kind as '+' | '-' | '*' | '/', left, right: part() }
    }
    return left
  }

  #factor(): Expression {
    this.#depth += 1
    if (this.#depth > MOST_DEPTH) this.#refuse(`have at most ${MOST_DEPTH} numbers and brackets`)
    if (this.#maybe(/\(/y) !== undefined) {
      const inner = this.#sum()
      this.#take(/\)/y, 'a closing bracket')
      return inner
    }
    const number = this.#maybe(NUMBER)
    if (number !== undefined) return { kind: 'number', value: Number(number) }
    return this.#reference()
  }

  #reference(): MeasureReference {
    const name = this.#take(/[A-Za-z][\w-]*\.[A-Za-z]\w*|[A-Za-z]\w*/y, 'a number or a measure')
    const [measure = '', side] = name.split('.').toReversed()
    const word = this.#maybe(/(?:mean|min|max|p\d{1,2}(?:\.\d{1,3})?)(?![\w.])/y)
    const aggregate = word === undefined ? undefined : aggregateNamed(word)
    return {
      kind: 'measure',
      measure,
      ...(side === undefined ? {} : { side }),
      ...(aggregate === undefined ? {} : { aggregate }),
    }
  }

  #take(pattern: RegExp, expected: string): string {
    return this.#maybe(pattern) ?? this.#fail(expected)
  }

  #maybe(pattern: RegExp): string | undefined {
    this.#at += /^\s*/.exec(this.#text.slice(this.#at))?.[0].length ?? 0
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    this.#at += found?.length ?? 0
    return found
  }

  #rest(): string {
    return this.#text.slice(this.#at).trim()
  }

  #fail(expected: string): never {
    const place = this.#rest() === '' ? 'at its end' : `at "${this.#rest().slice(0, 30)}"`
    return this.#refuse(`have ${expected} ${place}`)
  }

  #refuse(what: string): never {
    throw new NotUnderstood(`the budget "${this.#text.trim().slice(0, 60)}" must ${what}`)
  }
}
