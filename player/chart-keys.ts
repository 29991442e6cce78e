export type ChartActions = {
  zoom(isCloser: boolean, atSeconds?: number): void
  pan(share: number): void // of what is seen; above 0 to later
  toggleHold(): void
  letGo(): void
  step(direction: 1 | -1): void // to the next fault, or the one before
  explain(): void // where it stands
}

const PAN_SHARE = 0.2

/** Keys while the charts have the focus, and the wheel: with the focus it zooms, without it the page scrolls as always.
 *  Gives what ends it. */
export function onChartKeys(host: HTMLElement, actions: ChartActions): () => void {
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => actions.pan(-PAN_SHARE),
    ArrowRight: () => actions.pan(PAN_SHARE),
    '+': () => actions.zoom(true),
    '=': () => actions.zoom(true), // the same key without shift
    '-': () => actions.zoom(false),
    ' ': () => actions.toggleHold(),
    Escape: () => actions.letGo(),
    n: () => actions.step(1),
    p: () => actions.step(-1),
    Enter: () => actions.explain(),
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const action = keys[event.key]
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation() // the player's own keys are the same
    action()
  }
  const onWheel = (event: WheelEvent) => {
    const hasFocus = host.contains(document.activeElement)
    if (!hasFocus && !event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) actions.pan(event.deltaX / host.clientWidth)
    else if (event.deltaY !== 0) actions.zoom(event.deltaY < 0)
  }
  host.addEventListener('keydown', onKeyDown)
  host.addEventListener('wheel', onWheel, { passive: false })
  return () => {
    host.removeEventListener('keydown', onKeyDown)
    host.removeEventListener('wheel', onWheel)
  }
}
