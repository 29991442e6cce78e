import { lintPackage } from './lint/lint.ts'
import { SegmenterRefusal } from './segmenter-refusal.ts'
import type { Tools } from './tools.ts'

/** Holds a package that was just made against the specification, by a reader that knows nothing of what wrote it. Rejects with
 *  SegmenterRefusal where a rule is broken, with the signal's reason when it ends. */
export async function expectConformance(
  folder: string,
  options: { readonly tools: Tools; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const errors = await lintPackage(folder, options)
  const [first] = errors
  if (first === undefined) return
  const { rule, section, place, expected, got } = first
  const at = [place.file, place.line, place.segment].filter((part) => part !== undefined).join(':')
  const others = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  const message = `${at} breaks ${rule} (${section}): expected ${expected}, got ${got}${others}`
  throw new SegmenterRefusal('package-not-right', message)
}
