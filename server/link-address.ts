/** What an address under `/link/` asks for: which link, and what lies behind it. */
export type LinkAddress = { readonly linkId: string; readonly path: string }

/** `/link/<id>/…` read; undefined for every other address. The query stays away. */
export function readLinkAddress(url: string): LinkAddress | undefined {
  const [, linkId, path] = /^\/link\/([\w-]+)(\/[^?]*)/.exec(url) ?? []
  return linkId === undefined || path === undefined ? undefined : { linkId, path }
}
