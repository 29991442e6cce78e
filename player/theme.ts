import { signal } from '@preact/signals'

export type Theme = 'light' | 'dark'

const systemTheme = matchMedia('(prefers-color-scheme: dark)')

function themeNow(): Theme {
  const chosen = document.documentElement.dataset['theme']
  if (chosen === 'light' || chosen === 'dark') return chosen
  return systemTheme.matches ? 'dark' : 'light'
}

/** The theme in force: the remembered one, else the system's. */
export const theme = signal<Theme>(themeNow())

systemTheme.addEventListener('change', () => (theme.value = themeNow()))

/** Changes to the other theme and remembers it; `public/theme.js` reads it before the next first paint. */
export function toggleTheme(): void {
  const next: Theme = theme.value === 'dark' ? 'light' : 'dark'
  document.documentElement.dataset['theme'] = next
  theme.value = next
  try {
    localStorage.setItem('weir-theme', next)
  } catch {
    // Storage may be forbidden: the choice then lasts as long as the page.
  }
}
