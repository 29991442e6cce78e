const ANSWER_MS = 50

/** Whether the page may begin to play with sound. Browsers allow it once a person has done something here: they refuse
 *  at once, even an element with nothing to play. */
export function mayPlayWithSound(): Promise<boolean> {
  const refused = document
    .createElement('video')
    .play()
    .then(
      () => false,
      (error: Error) => error.name === 'NotAllowedError',
    )
  const silence = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ANSWER_MS))
  return Promise.race([refused, silence]).then((isRefused) => !isRefused)
}
