/** The report's style sheet: the page's colours on both themes, the system's own type, a grid of 4 px, and paper. */
export const style = `
:root {
  color-scheme: light dark;
  --hls-0: #0072b2; --hls-1: #56b4e9; --hls-2: #00466e;
  --udp-0: #e69f00; --udp-1: #a86f00; --udp-2: #f5c761;
  --fault: #d55e00;
  --ground: #f6f6f3; --surface: #ffffff; --sunken: #ecece8;
  --text: #1a1c1e; --muted: #5a6067; --line: #dededa; --line-strong: #8b9097;
  --focus: #0072b2; --good-text: #00664b; --fault-text: #a84600;
  --sans: system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'Liberation Mono', monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --hls-2: #a9d9f7; --udp-1: #c98a1b;
    --ground: #111315; --surface: #191c1f; --sunken: #24282c;
    --text: #eceef0; --muted: #a0a7ae; --line: #2b3035; --line-strong: #6c747c;
    --focus: #56b4e9; --good-text: #4cc9a0; --fault-text: #ff9a57;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html {
  background: var(--ground); color: var(--text);
  font: 400 15px/1.5 var(--sans); font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%;
}
body, h1, h2, h3, h4, p, ul, dl, dd, figure, pre { margin: 0; padding: 0; }
ul { list-style: none; }
main { max-width: 1152px; margin: 0 auto; padding: 24px; }
h1 { font-size: 24px; line-height: 32px; font-weight: 600; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin-bottom: 8px; font-size: 17px; line-height: 24px; font-weight: 600; }
h3 { margin: 16px 0 4px; font-size: 15px; line-height: 24px; font-weight: 600; }
section { margin-top: 32px; }
.brand { color: var(--muted); font-weight: 650; }
.note, .moment { color: var(--muted); }
.note { font-size: 13px; line-height: 20px; max-width: 88ch; }
.lead { max-width: 72ch; margin-top: 8px; }
.caution {
  margin-top: 16px; padding: 12px 16px; border: 1px solid var(--line); border-left: 4px solid var(--fault);
  border-radius: 8px; background: var(--surface);
}
.sentences { display: grid; gap: 4px; padding: 4px 0 8px; max-width: 84ch; }
.sentences li { position: relative; padding-left: 16px; overflow-wrap: anywhere; }
.sentences li::before { content: '–'; position: absolute; left: 0; color: var(--muted); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 24px; padding: 4px 0; }
.side-name { display: inline-flex; align-items: center; gap: 8px; white-space: nowrap; }
.mark-in-text { flex: none; }
.measure { padding-top: 16px; margin-top: 24px; border-top: 1px solid var(--line); }
.measure:first-of-type { margin-top: 8px; }
.measure h3 { margin-top: 0; font-size: 16px; }
.facts > div { display: flex; gap: 16px; border-top: 1px solid var(--line); padding: 2px 0; }
.facts dt { flex: 0 0 144px; color: var(--muted); }
.facts dd { min-width: 0; overflow-wrap: anywhere; }
.facts + .scroll { margin-top: 16px; }
.scroll { overflow-x: auto; max-width: 100%; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
table { border-collapse: collapse; }
caption { padding: 4px 0; text-align: left; color: var(--muted); font-size: 13px; }
th, td { padding: 4px 0 4px 24px; text-align: right; vertical-align: top; white-space: nowrap; border-top: 1px solid var(--line); }
th { font-weight: 400; }
td { font-weight: 500; }
thead th { color: var(--muted); border-top: 0; }
th:first-child { padding-left: 0; text-align: left; }
td:last-child { padding-right: 4px; }
.verdict-kept { color: var(--good-text); }
.verdict-broken { color: var(--fault-text); font-weight: 600; }
.words td, .words th { text-align: left; white-space: normal; }
.choice .chosen { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; font-weight: 600; }
.choices { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr)); gap: 0 32px; }
.chosen small { color: var(--muted); font-size: 13px; font-weight: 400; }
.fold > summary { width: fit-content; color: var(--muted); line-height: 32px; border-radius: 4px; cursor: pointer; }
.fold > summary:hover { color: var(--text); }
pre { padding: 12px 16px; overflow-x: auto; border-radius: 8px; background: var(--sunken); font: 400 13px/20px var(--mono); }
.measure .note { margin-top: 8px; }
.figures {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 16px; align-items: start;
  margin-top: 16px;
}
figure { min-width: 0; padding: 12px 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); }
figcaption { font-weight: 600; }
figcaption small { display: block; color: var(--muted); font-size: 13px; line-height: 20px; font-weight: 400; }
.chart { display: block; width: 100%; max-width: 480px; height: auto; margin-top: 8px; }
.chart text { fill: var(--text); font: 400 11.5px var(--sans); font-variant-numeric: tabular-nums; }
.chart .tick, .chart .axis { fill: var(--muted); }
.chart .grid, .chart .row-line { stroke: var(--line); }
.hls-0 { --side: var(--hls-0); } .hls-1 { --side: var(--hls-1); } .hls-2 { --side: var(--hls-2); }
.udp-0 { --side: var(--udp-0); } .udp-1 { --side: var(--udp-1); } .udp-2 { --side: var(--udp-2); }
.mark { fill: var(--side); stroke: var(--surface); stroke-width: 1; }
.mark.hollow { fill: none; stroke: var(--side); stroke-width: 2; }
.line { fill: none; stroke: var(--side); stroke-width: 2; stroke-linejoin: round; }
.line.thin { stroke-width: 1.5; }
.strip { fill: var(--sunken); }
.strip-damaged { fill: var(--side); fill-opacity: 0.55; }
.strip-still { fill: var(--text); }
.interval { fill: none; stroke: var(--side); stroke-width: 1.5; }
.box .interval { stroke: var(--text); stroke-width: 1; }
.whisker { fill: none; stroke: var(--side); stroke-width: 1.5; }
.quartiles { fill: var(--side); fill-opacity: 0.45; stroke: var(--side); }
.median { stroke: var(--text); stroke-width: 2; }
.cell-ground { fill: var(--surface); stroke: var(--line); }
.cell > rect[class^='hls'], .cell > rect[class^='udp'] { fill: var(--side); }
.chart .cell-text { text-anchor: middle; paint-order: stroke; stroke: var(--surface); stroke-width: 2; stroke-opacity: 0.35; }
.frontier { fill: none; stroke: var(--text); stroke-width: 2.5; stroke-linecap: round; }
.iso-line { fill: none; stroke: var(--text); stroke-width: 0.75; stroke-opacity: 0.5; }
.hatch { stroke: var(--line-strong); stroke-width: 1.5; }
.definitions { position: absolute; }
footer { margin-top: 32px; color: var(--muted); font-size: 13px; }
@media (max-width: 640px) {
  main { padding: 16px; }
  .facts dt { flex-basis: 96px; }
  figure { padding: 12px; }
  th, td { padding-left: 16px; }
}
@media print {
  :root { color-scheme: only light; --ground: #ffffff; }
  html { font-size: 12px; }
  main { max-width: none; padding: 0; }
  figure, .choice, .facts > div, tr { break-inside: avoid; }
  h2, h3, figcaption { break-after: avoid; }
  .scroll { overflow: visible; }
  .fold:not([open]), .only-folds { display: none; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`
