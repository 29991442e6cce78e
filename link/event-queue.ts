/** One thing that will happen at a moment; its owner keeps it and sets it again and again. */
export type Alarm = {
  readonly ring: (atMs: number) => void
  dueMs: number // Infinity: not set
  order: number // of setting; alarms of the same moment ring in it
  place: number // in the heap, -1 outside
}

/** Alarms in the order of their moments, those of one moment in the order in which they were set. It has no clock: whoever
 *  owns one calls `ringNext` when `nextEventMs` has come. Setting an alarm again moves it; nothing is allocated. */
export class EventQueue {
  readonly #heap: Alarm[] = []
  #newestOrder = 0

  newAlarm(ring: (atMs: number) => void): Alarm {
    return { ring, dueMs: Infinity, order: 0, place: -1 }
  }

  /** The next moment, or Infinity when no alarm is set. */
  nextEventMs(): number {
    return this.#heap.length > 0 ? (this.#heap[0] as Alarm).dueMs : Infinity
  }

  set(alarm: Alarm, dueMs: number): void {
    this.#newestOrder += 1
    alarm.order = this.#newestOrder
    alarm.dueMs = dueMs
    if (alarm.place < 0) {
      alarm.place = this.#heap.length
      this.#heap.push(alarm)
    }
    if (this.#heap.length === 1) return
    this.#rise(alarm)
    this.#sink(alarm)
  }

  cancel(alarm: Alarm): void {
    const { place } = alarm
    if (place < 0) return
    alarm.place = -1
    alarm.dueMs = Infinity
    const last = this.#heap.pop() as Alarm
    if (last === alarm) return
    this.#put(last, place)
    this.#rise(last)
    this.#sink(last)
  }

  /** Rings the earliest alarm, which is then no longer set. */
  ringNext(): void {
    const alarm = this.#heap[0]
    if (alarm === undefined) return
    const { dueMs } = alarm
    this.cancel(alarm)
    alarm.ring(dueMs)
  }

  #put(alarm: Alarm, place: number): void {
    this.#heap[place] = alarm
    alarm.place = place
  }

  #rise(alarm: Alarm): void {
    let { place } = alarm
    while (place > 0) {
      const above = this.#heap[(place - 1) >> 1] as Alarm
      if (!isBefore(alarm, above)) break
      this.#put(above, place)
      place = (place - 1) >> 1
    }
    this.#put(alarm, place)
  }

  #sink(alarm: Alarm): void {
    const heap = this.#heap
    let { place } = alarm
    let child = 2 * place + 1
    while (child < heap.length) {
      const next = child + 1
      if (next < heap.length && isBefore(heap[next] as Alarm, heap[child] as Alarm)) child = next
      const first = heap[child] as Alarm
      if (!isBefore(first, alarm)) break
      this.#put(first, place)
      place = child
      child = 2 * place + 1
    }
    this.#put(alarm, place)
  }
}

function isBefore(a: Alarm, b: Alarm): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)
}
