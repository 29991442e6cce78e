/** How far the TCP model lies from the Linux kernel's TCP, as measured: mean size of the error of goodput, and each figure's
 *  file, commit and day. Taken over by hand: a test tells when the files were made anew. */
export const kernelFigures = {
  lines: {
    count: 16,
    meanErrorRatio: 0.01,
    largestErrorRatio: 0.043, // reno, 6 Mbit/s, 80 ms, 0.5 %
    source: 'docs/measured/tcp-kernel.md, Linux 6.18, 2026-11-23, commit 249f00695a',
  },
  grid: {
    count: 48,
    meanErrorRatio: 0.029,
    largestErrorRatio: 0.197, // cubic, 8 Mbit/s, 50 ms, 1 %
    source: 'docs/measured/tcp-grid.md, 2026-11-23, commit d85018c9d2',
  },
  fetches: {
    count: 12,
    largestErrorRatio: 0.243, // 30 kB, 10 ms, 3 %
    source: 'docs/measured/tcp-grid.md, 2026-11-23, commit d85018c9d2',
  },
} as const
