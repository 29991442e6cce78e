import type { Keyframe } from './keyframe-survey.ts'

/** Why the keyframes of a source cannot do with one description: each has to come with one parameter set of each of these
 *  types, in this order, and all with the same. */
export function parameterSetsProblem(
  keyframes: readonly Keyframe[],
  nalType: (nal: Uint8Array) => number,
  types: readonly number[],
): string | undefined {
  const [first] = keyframes
  if (first === undefined) return 'it has no keyframe'
  if (first.parameterSets.map(nalType).join() !== types.join()) {
    return 'its keyframes come without parameter sets, or with several of a kind'
  }
  const isSame = ({ parameterSets }: Keyframe): boolean =>
    parameterSets.length === types.length &&
    parameterSets.every((nal, index) => Buffer.compare(nal, first.parameterSets[index] as Uint8Array) === 0)
  return keyframes.every(isSame) ? undefined : 'its parameter sets change'
}
