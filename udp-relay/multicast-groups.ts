import { isIPv4 } from 'node:net'

export type MulticastOptions = {
  readonly groups: string // an IPv4 range, 239.255.42.0/24
  readonly port: number // of the first track's RTP, even; each further track takes the next two
  readonly ttl: number
  readonly interface?: string | undefined // its address; undefined: as the system routes the group
}

export type GroupRange = { readonly first: number; readonly count: number }

/** A range of multicast addresses (224.0.0.0/4, RFC 5771), as numbers; undefined for what is none. */
export function readGroupRange(text: string): GroupRange | undefined {
  const [address = '', prefixText = '32', ...more] = text.split('/')
  const prefix = /^\d{1,2}$/.test(prefixText) ? Number(prefixText) : NaN
  if (!isIPv4(address) || more.length > 0 || !(prefix >= 4 && prefix <= 32)) return undefined
  const count = 2 ** (32 - prefix)
  const number = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
  const first = number - (number % count)
  return first >= 0xe000_0000 && first + count <= 0xf000_0000 ? { first, count } : undefined
}

/** Which stream is sent to which group. A stream keeps its group after its end, until another needs it: a description that
 *  tells it stays true for a while. */
export class MulticastGroups {
  readonly #range: GroupRange
  readonly #keys = new Map<number, string>() // by group; those used longest ago come first
  readonly #busy = new Set<number>()

  /** Throws RangeError for what is no range of groups. */
  constructor(groups: string) {
    const range = readGroupRange(groups)
    if (range === undefined) throw new RangeError(`multicast groups must be an IPv4 multicast range, got ${groups}`)
    this.#range = range
  }

  /** The group of a stream; undefined when all are taken by others that are being sent. */
  of(key: string): string | undefined {
    const group = this.#known(key) ?? this.#unused() ?? this.#idle()
    if (group === undefined) return undefined
    this.#keys.delete(group)
    this.#keys.set(group, key)
    return addressOf(group)
  }

  /** Nobody else gets the group of this stream while it is being sent. */
  hold(key: string): void {
    const group = this.#known(key)
    if (group !== undefined) this.#busy.add(group)
  }

  release(key: string): void {
    const group = this.#known(key)
    if (group !== undefined) this.#busy.delete(group)
  }

  #known(key: string): number | undefined {
    for (const [group, other] of this.#keys) if (other === key) return group
    return undefined
  }

  #unused(): number | undefined {
    const { first, count } = this.#range
    if (this.#keys.size >= Math.min(count, MAX_GROUPS_KEPT)) return undefined
    for (let group = first; group < first + count; group += 1) if (!this.#keys.has(group)) return group
    return undefined
  }

  #idle(): number | undefined {
    for (const group of this.#keys.keys()) if (!this.#busy.has(group)) return group
    return undefined
  }
}

const MAX_GROUPS_KEPT = 256

function addressOf(group: number): string {
  return [24, 16, 8, 0].map((shift) => (group >>> shift) & 0xff).join('.')
}
