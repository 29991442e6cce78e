import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { sharedFile } from '../../lab/test-support/shared-files.ts'

/** All of the shared fuzz inputs, as many bytes of each as one interleaved frame holds. Skips the test where they are not
 *  there. */
export function sharedFuzzInputs(context: Pick<TestContext, 'skip'>): Uint8Array[] {
  const folder = sharedFile(context, 'rtsp-fuzz')
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return entries.map(({ parentPath, name }) => readFileSync(join(parentPath, name)).subarray(0, 0xffff))
}

/** `seeds` with a few edits each, as a careless writer or a bad line makes them: bytes turned, cut out, put in, repeated, or
 *  followed by the end of another seed. */
export function mutationsOf(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const seed = fc.constantFrom(...seeds)
  const place = fc.nat(0xffff)
  const edit: fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> = fc.oneof(
    fc.tuple(place, fc.nat(255)).map(([at, byte]) => turned(at, byte)),
    fc.tuple(place, fc.nat(40)).map(([at, count]) => spliced(at, count, [])),
    fc.tuple(place, fc.uint8Array({ maxLength: 12 })).map(([at, junk]) => spliced(at, 0, junk)),
    fc.tuple(place, fc.nat(60)).map(([at, count]) => repeated(at, count)),
    fc.tuple(place, seed, place).map(([at, other, from]) => spliced(at, Infinity, tail(other, from))),
  )
  return fc
    .tuple(seed, fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([bytes, edits]) => edits.reduce((edited, apply) => apply(edited), bytes))
}

type Edit = (bytes: Uint8Array) => Uint8Array

function turned(at: number, byte: number): Edit {
  return (bytes) => (bytes.length === 0 ? bytes : bytes.with(at % bytes.length, byte))
}

function spliced(at: number, count: number, junk: Iterable<number>): Edit {
  return (bytes) => {
    const from = at % (bytes.length + 1)
    return Uint8Array.of(...bytes.subarray(0, from), ...junk, ...bytes.subarray(Math.min(bytes.length, from + count)))
  }
}

function repeated(at: number, count: number): Edit {
  return (bytes) => {
    const from = at % (bytes.length + 1)
    return spliced(from, 0, bytes.subarray(from, from + count))(bytes)
  }
}

function tail(bytes: Uint8Array, from: number): Uint8Array {
  return bytes.subarray(from % (bytes.length + 1))
}
