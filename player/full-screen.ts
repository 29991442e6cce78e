/** Shows an element alone on the screen, or whatever was shown so on the page again. */
export function toggleFullScreen(element: Element | null): void {
  void (document.fullscreenElement === null ? element?.requestFullscreen() : document.exitFullscreen())
}
