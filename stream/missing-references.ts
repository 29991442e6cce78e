import type { NalSyntax } from '../protocol/nal-syntax.ts'
import { FrameNumGap } from './frame-num-gap.ts'
import { PictureReferences } from './picture-references.ts'

/** Tells, without an outline, whether a frame that came leans on one that did not, as the codec has it. */
export type MissingReferences = {
  readonly highestTemporalId: number // of the stream, as far as it is known
  remember(parameterSet: Uint8Array): void
  /** To be asked of each frame, in decode order. */
  misses(nals: readonly Uint8Array[]): boolean
}

export function missingReferences({ codec }: NalSyntax): MissingReferences {
  return codec === 'h265' ? new PictureReferences() : new FrameNumGap()
}
