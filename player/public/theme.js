// The remembered theme, set before the first paint; player/theme.ts changes it.
try {
  const theme = localStorage.getItem('weir-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage may be forbidden: then the system's theme counts.
}
