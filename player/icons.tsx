/** Line icons on a 20 px grid; each stands inside a labelled control, so they are hidden from readers. */
const paths = {
  play: 'M6 4.5v11l9.5-5.5z',
  pause: 'M6.5 4.5v11M13.5 4.5v11',
  stop: 'M5.5 5.5h9v9h-9z',
  replay: 'M4 10a6 6 0 1 0 2-4.5M6.5 2.5v3.3h3.3',
  sound: 'M3.5 8v4h3L10 15V5L6.5 8zM13 7.5a3.5 3.5 0 0 1 0 5M15.2 5a7 7 0 0 1 0 10',
  muted: 'M3.5 8v4h3L10 15V5L6.5 8zM13.5 8l4 4M17.5 8l-4 4',
  fullScreen: 'M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4',
  light:
    'M10 6.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4M10 2.5v1.5M10 16v1.5M2.5 10h1.5M16 10h1.5M4.7 4.7l1 1M14.3 14.3l1 1M15.3 4.7l-1 1M5.7 14.3l-1 1',
  dark: 'M16 11.5A6.5 6.5 0 0 1 8.5 4a6.5 6.5 0 1 0 7.5 7.5',
  upload: 'M10 13.5v-10M6 7l4-4 4 4M3.5 13v3.5h13V13',
  camera: 'M2.5 5.5h10v9h-10zM12.5 9l5-3v8l-5-3',
  screen: 'M2.5 4h15v10h-15zM7 17h6M10 14v3',
  copy: 'M7.5 7.5h8.5v8.5H7.5zM4 12.5V4h8.5',
  check: 'M4 10.5l4 4 8-9',
  remove: 'M4 5.5h12M8 5.5v-2h4v2M5.5 5.5l.8 11h7.4l.8-11M8.5 9v4.5M11.5 9v4.5',
  dice: 'M4 4h12v12H4zM7.5 7.5h.01M12.5 7.5h.01M10 10h.01M7.5 12.5h.01M12.5 12.5h.01',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { name: IconName }) {
  const filled = name === 'play'
  return (
    <svg
      width="20"
      height="20"
      viewBox="0 0 20 20"
      fill={filled ? 'currentColor' : 'none'}
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  )
}
