import type { FromSimulation, RunAnswer, RunOrder, ToSimulation } from './what-if-messages.ts'

/** Where the orders come from and the answers go. */
export type OrderBook<Order extends RunOrder> = {
  /** The next order, asked for whenever a worker is free; undefined: there is none for now, and `wake` tells of more. */
  next(): Order | undefined
  answered(order: Order, answer: RunAnswer): void
  /** A worker could not be started, or ended. */
  failed(message: string): void
}

const MOST_WORKERS = 4

/** A core stays for the page where there are more than two. */
export function workerCount(cores: number): number {
  return Math.max(1, Math.min(MOST_WORKERS, cores <= 2 ? cores : cores - 1))
}

/** Workers that hold one video. Each has one order at a time, so an order that is no longer wanted costs one run at most. */
export class WhatIfWorkers<Order extends RunOrder> {
  readonly #book: OrderBook<Order>
  readonly #workers: Worker[] = []
  readonly #idle = new Set<Worker>()
  readonly #orders = new Map<Worker, Order>()
  #video: Extract<ToSimulation, { kind: 'open' }> | undefined

  /** The first one loads its code while the page fetches the video. */
  constructor(book: OrderBook<Order>) {
    this.#book = book
    this.#workers.push(this.#start())
  }

  /** `outlines` are the texts of outline.json, the lowest bitrate first. Gives out the first order. */
  open(title: string, outlines: readonly string[]): void {
    this.#video = { kind: 'open', title, outlines }
    for (const worker of this.#workers) this.#employ(worker, this.#video)
    this.wake()
  }

  /** As many workers as the machine has room for. Each compiles the simulation anew, so at the beginning one alone, with the
   *  compiler beside it, is sooner done with a few runs than several. */
  widen(): void {
    if (this.#video === undefined) return
    while (this.#workers.length < workerCount(navigator.hardwareConcurrency)) {
      const worker = this.#start()
      this.#workers.push(worker)
      this.#employ(worker, this.#video)
    }
    this.wake()
  }

  /** There may be an order. */
  wake(): void {
    for (const worker of this.#idle) {
      const order = this.#book.next()
      if (order === undefined) return
      this.#idle.delete(worker)
      this.#orders.set(worker, order)
      const { profile, sides, seconds, withTimelines } = order
      worker.postMessage({ kind: 'run', order: { profile, sides, seconds, withTimelines } } satisfies ToSimulation)
    }
  }

  close(): void {
    for (const worker of this.#workers) worker.terminate()
    this.#idle.clear()
    this.#video = undefined
  }

  #start(): Worker {
    const worker = new Worker(new URL('./what-if-worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<FromSimulation>) => this.#answer(worker, data))
    worker.addEventListener('error', ({ message }) => this.#book.failed(message))
    return worker
  }

  #employ(worker: Worker, video: ToSimulation): void {
    worker.postMessage(video)
    this.#idle.add(worker)
  }

  #answer(worker: Worker, answer: RunAnswer): void {
    const order = this.#orders.get(worker)
    this.#orders.delete(worker)
    this.#idle.add(worker)
    if (order !== undefined) this.#book.answered(order, answer)
    this.wake()
  }
}
