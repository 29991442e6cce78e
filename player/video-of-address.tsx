import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Video } from '../protocol/weir-api.ts'
import { requestJson } from './api.ts'
import { videosById } from './library-store.ts'
import { onLinkClick } from './navigation.ts'
import { compareWords } from './words.ts'

/** The video from the feed when it is there, else asked for once: the address may be opened directly. */
export function useVideo(videoId: string) {
  const problem = useSignal<string | undefined>(undefined)
  const asked = useSignal<Video | undefined>(undefined)
  useEffect(() => {
    requestJson<Video>('GET', `/api/videos/${encodeURIComponent(videoId)}`).then(
      (video) => (asked.value = video),
      (error: Error) => (problem.value = error.message),
    )
  }, [videoId])
  return { video: videosById.value?.get(videoId) ?? asked.value, problem: problem.value }
}

/** Says why this one cannot be shown. */
export function ChooseAnotherVideo({ message }: { message: string }) {
  return (
    <div class="notice" role="alert">
      <p>{message}</p>
      <p>
        {compareWords.chooseAnother}{' '}
        <a href="/" onClick={onLinkClick}>
          {compareWords.library}
        </a>
        .
      </p>
    </div>
  )
}
