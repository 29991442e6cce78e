import { render } from 'preact'
import { App } from './app.tsx'
import { loadVideos } from './library-store.ts'
import { followServer } from './server-feed.ts'

void loadVideos()
followServer()
render(<App />, document.getElementById('app')!)
