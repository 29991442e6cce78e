import { readOutline, type Outline } from '../../protocol/outline.ts'

/** The outline of a variant that is served at `variantUrl`. Throws where there is none. */
export async function fetchOutline(variantUrl: string): Promise<Outline> {
  const outline = readOutline(await (await fetch(`${variantUrl}/outline.json`)).text())
  if (!outline.ok) throw new Error(`${variantUrl}: ${JSON.stringify(outline.fault)}`)
  return outline.value
}
