import { Icon } from './icons.tsx'
import { lazyPage } from './lazy-page.tsx'
import { LibraryPage } from './library-page.tsx'
import { onLinkClick, path } from './navigation.ts'
import { theme, toggleTheme } from './theme.ts'
import { shellWords } from './words.ts'

/** Players and panels load with the first video that somebody watches: the library needs none of them. */
const ComparePage = lazyPage(() => import('./compare-page.tsx').then((module) => module.ComparePage))

/** The video of a `/compare/:id` address. */
function comparedVideoId(): string | undefined {
  const id = /^\/compare\/([^/]+)\/?$/.exec(path.value)?.[1]
  return id === undefined ? undefined : decodeURIComponent(id)
}

function BrandMark() {
  return (
    <svg
      width="24"
      height="24"
      viewBox="0 0 24 24"
      fill="none"
      stroke-width="2.5"
      stroke-linecap="round"
      aria-hidden="true"
    >
      <path d="M2 7h9c4 0 4 10 8 10h3" stroke="var(--hls)" />
      <path d="M2 12h6c4 0 4 7 8 7" stroke="var(--udp)" stroke-dasharray="3 4.2" />
    </svg>
  )
}

/** Only pages that exist stand in the navigation: Compare once a video is chosen. */
function ShellHead({ videoId }: { videoId: string | undefined }) {
  const other = theme.value === 'dark' ? 'light' : 'dark'
  return (
    <header class="shell-head">
      <a class="brand" href="/" onClick={onLinkClick}>
        <BrandMark />
        {shellWords.name}
      </a>
      <nav class="shell-nav" aria-label={shellWords.pages}>
        <a href="/" onClick={onLinkClick} aria-current={videoId === undefined ? 'page' : undefined}>
          {shellWords.library}
        </a>
        {videoId !== undefined && (
          <a href={location.href} onClick={onLinkClick} aria-current="page">
            {shellWords.compare}
          </a>
        )}
      </nav>
      <button
        type="button"
        class="icon-button"
        onClick={toggleTheme}
        aria-label={shellWords.changeTo[other]}
        title={shellWords.changeTo[other]}
      >
        <Icon name={other} />
      </button>
    </header>
  )
}

export function App() {
  const videoId = comparedVideoId()
  return (
    <>
      <ShellHead videoId={videoId} />
      <main class="shell-main">
        {videoId === undefined ? <LibraryPage /> : <ComparePage key={videoId} videoId={videoId} />}
      </main>
    </>
  )
}
