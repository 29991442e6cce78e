import type { ControlAnswer, ControlRequest } from '../protocol/udp-control.ts'

type WithoutId<Each> = Each extends { id: number } ? Omit<Each, 'id'> : never
export type Wish = WithoutId<ControlRequest>
export type Granted = Exclude<ControlAnswer, { kind: 'refused' }>
type Refused = Extract<ControlAnswer, { kind: 'refused' }>

/** The page's requests on the control channel and the answers to them. */
export class ControlLine {
  readonly #waiting = new Map<number, (answer: Granted) => void>()
  #send: (text: string) => void = () => {}
  #lastId = 0

  connect(send: (text: string) => void): void {
    this.#send = send
  }

  /** Gives the request's id. */
  ask(wish: Wish, onGranted: (answer: Granted) => void = () => {}): number {
    this.#lastId += 1
    this.#waiting.set(this.#lastId, onGranted)
    this.#send(JSON.stringify({ ...wish, id: this.#lastId } satisfies ControlRequest))
    return this.#lastId
  }

  /** Takes an answer to where it was asked for; gives a refusal back. */
  take(answer: ControlAnswer): Refused | undefined {
    const onGranted = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (answer.kind === 'refused') return answer
    onGranted?.(answer)
    return undefined
  }
}
