import { Icon } from './icons.tsx'
import { lazyPage } from './lazy-page.tsx'
import { LibraryPage } from './library-page.tsx'
import { onLinkClick, path } from './navigation.ts'
import { feedRoad } from './server-feed.ts'
import { theme, toggleTheme } from './theme.ts'
import { shellWords } from './words.ts'

/** Players and panels load with the first video that somebody watches: the library needs none of them. */
const ComparePage = lazyPage(() => import('./compare-page.tsx').then((module) => module.ComparePage))

const LabPage = lazyPage(() => import('./lab-page.tsx').then((module) => module.LabPage))
const RealtimePage = lazyPage(() => import('./realtime-page.tsx').then((module) => module.RealtimePage))
const GuidedPage = lazyPage(() => import('./guided-page.tsx').then((module) => module.GuidedPage))
const WhatIfPage = lazyPage(() => import('./what-if-page.tsx').then((module) => module.WhatIfPage))

type Place =
  | { readonly page: 'library' | 'lab' | 'realtime' }
  | { readonly page: 'compare' | 'what-if'; readonly videoId: string }
  | { readonly page: 'guided'; readonly name: string }

/** What an address shows; the library is what no other page is. */
function placeOf(address: string): Place {
  const [, page, id] = /^\/(compare|what-if)\/([^/]+)\/?$/.exec(address) ?? []
  if (id !== undefined) return { page: page === 'compare' ? 'compare' : 'what-if', videoId: decodeURIComponent(id) }
  const [, guided] = /^\/lab\/guided\/([^/]+)\/?$/.exec(address) ?? []
  if (guided !== undefined) return { page: 'guided', name: decodeURIComponent(guided) }
  const [, name] = /^\/(lab|realtime)\/?$/.exec(address) ?? []
  return { page: name === 'lab' || name === 'realtime' ? name : 'library' }
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

function PageLink({ href, isHere, children }: { href: string; isHere: boolean; children: string }) {
  return (
    <a href={href} onClick={onLinkClick} aria-current={isHere ? 'page' : undefined}>
      {children}
    </a>
  )
}

/** Only pages that exist stand in the navigation: Compare once a video is chosen. */
function ShellHead({ place }: { place: Place }) {
  const other = theme.value === 'dark' ? 'light' : 'dark'
  const isCompare = place.page === 'compare'
  return (
    <header class="shell-head">
      <a class="brand" href="/" onClick={onLinkClick}>
        <BrandMark />
        <span class="brand-name">{shellWords.name}</span>
      </a>
      <nav class="shell-nav" aria-label={shellWords.pages}>
        <PageLink href="/" isHere={place.page === 'library'}>
          {shellWords.library}
        </PageLink>
        {'videoId' in place && (
          <PageLink
            href={isCompare ? location.href : `/compare/${encodeURIComponent(place.videoId)}`}
            isHere={isCompare}
          >
            {shellWords.compare}
          </PageLink>
        )}
        <PageLink href="/lab" isHere={place.page === 'lab' || place.page === 'what-if' || place.page === 'guided'}>
          {shellWords.lab}
        </PageLink>
        <PageLink href="/realtime" isHere={place.page === 'realtime'}>
          {shellWords.realtime}
        </PageLink>
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

function PageAt({ place }: { place: Place }) {
  switch (place.page) {
    case 'library':
      return <LibraryPage />
    case 'lab':
      return <LabPage />
    case 'realtime':
      return <RealtimePage />
    case 'compare':
      return <ComparePage key={place.videoId} videoId={place.videoId} />
    case 'guided':
      return <GuidedPage key={place.name} name={place.name} />
    case 'what-if':
      return <WhatIfPage key={place.videoId} videoId={place.videoId} />
  }
}

export function App() {
  const place = placeOf(path.value)
  return (
    <>
      <ShellHead place={place} />
      <main class="shell-main" data-feed={feedRoad.value}>
        <PageAt place={place} />
      </main>
    </>
  )
}
