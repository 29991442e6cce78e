import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { shellWords } from './words.ts'

/** A component whose code loads when it is first shown. Until then there is nothing of it; where it does not come, the
 *  page says so: the server may have been updated since the page was loaded. */
export function lazyPage<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const loaded = signal<{ readonly Page: ComponentType<Props> } | undefined>(undefined)
  const hasFailed = signal(false)
  const begin = () => {
    if (loaded.peek() !== undefined) return
    load().then(
      (Page) => (loaded.value = { Page }),
      () => (hasFailed.value = true),
    )
  }
  return function LazyPage(props: Props) {
    useEffect(begin, [])
    if (loaded.value !== undefined) return <loaded.value.Page {...props} />
    if (!hasFailed.value) return null
    return (
      <div class="notice" role="alert">
        <p>{shellWords.notLoaded}</p>
        <p>{shellWords.loadAgain}</p>
      </div>
    )
  }
}
