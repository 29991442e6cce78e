import { signal } from '@preact/signals'

/** The path of the page shown. Pages change without a reload, so that an upload goes on while a video is watched. */
export const path = signal(location.pathname)

addEventListener('popstate', () => (path.value = location.pathname))

export function goTo(address: string): void {
  history.pushState(null, '', address)
  path.value = location.pathname
  scrollTo(0, 0)
}

/** Keeps the address in step with a page's settings without a new entry in the history. */
export function replaceSearch(search: string): void {
  if (location.search !== search) history.replaceState(null, '', location.pathname + search)
}

/** For the links of the app: plain clicks stay in the page, all others are the browser's. */
export function onLinkClick(event: MouseEvent): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  goTo((event.currentTarget as HTMLAnchorElement).href)
}
