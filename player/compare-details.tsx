import type { Video } from '../protocol/weir-api.ts'
import { FigureTable, OwnFigures } from './figures.tsx'
import { packageFolder } from './package-folder.ts'
import type { Viewing } from './viewing.ts'
import { detailWords } from './words.ts'

/** What few ask for: every figure, and the files. */
export function CompareDetails({ viewing, video }: { viewing: Viewing; video: Video }) {
  return (
    <>
      <details class="fold more">
        <summary>{detailWords.figures}</summary>
        <AllFigures viewing={viewing} />
      </details>
      {!viewing.isLive && (
        <details class="fold more">
          <summary>{detailWords.downloads}</summary>
          <Downloads video={video} />
        </details>
      )}
    </>
  )
}

function AllFigures({ viewing }: { viewing: Viewing }) {
  const { hls, udp } = viewing.sides.value
  const sides = [hls, udp].filter((side) => side !== undefined)
  const told = sides.map(({ name, status }) => ({ name, status: status.value }))
  return (
    <>
      <FigureTable sides={told} />
      {told.map(({ name, status }) => (
        <OwnFigures key={name} side={name} status={status} />
      ))}
    </>
  )
}

function Downloads({ video }: { video: Video }) {
  const id = encodeURIComponent(video.id)
  return (
    <p class="downloads">
      <a class="button small" href={`/api/videos/${id}/source`} title={detailWords.sourceTitle} download>
        {detailWords.source}
      </a>
      <a class="button small" href={`/api/videos/${id}/package`} title={detailWords.packageTitle} download>
        {detailWords.package}
      </a>
      <a class="button small" href={`${packageFolder(video)}/master.m3u8`} title={detailWords.playlistTitle} download>
        {detailWords.playlist}
      </a>
    </p>
  )
}
