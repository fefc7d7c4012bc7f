/** Colours of the networks' lines, in turn: for light and for dark. */
const LANES = [
  ['#4f46e5', '#a5b4fc'],
  ['#047857', '#6ee7b7'],
  ['#b45309', '#fcd34d'],
  ['#be185d', '#f9a8d4'],
  ['#0e7490', '#67e8f9'],
  ['#6d28d9', '#c4b5fd'],
] as const

/** How many colours there are for networks. */
export const LANE_COLOURS = LANES.length

const laneColours = (scheme: 0 | 1): string =>
  LANES.map((pair, i) => `--lane-${i}: ${pair[scheme]};`).join(' ')

/** The style sheet of the page: no font, image or script from anywhere. */
export const STYLE = `
:root { color-scheme: light dark;
  --page: #f5f7fb; --card: #ffffff; --edge: #cbd5e1; --text: #0f172a; --soft: #475569;
  --good: #166534; --good-page: #f0fdf4; --good-edge: #86efac;
  --bad: #991b1b; --bad-page: #fef2f2; --bad-edge: #dc2626;
  --note: #854d0e; --note-page: #fefce8; --note-edge: #eab308; ${laneColours(0)} }
@media (prefers-color-scheme: dark) { :root {
  --page: #0b1220; --card: #151f33; --edge: #3b4a63; --text: #e6ecf5; --soft: #a9b7cc;
  --good: #bbf7d0; --good-page: #0d2818; --good-edge: #22783f;
  --bad: #fecaca; --bad-page: #3a1216; --bad-edge: #f87171;
  --note: #fef08a; --note-page: #2d2508; --note-edge: #a16207; ${laneColours(1)} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.5rem 3rem; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; letter-spacing: -0.01em; }
p { margin: 0.25rem 0; }
.soft { color: var(--soft); font-size: 0.92rem; }
.box { margin: 1.5rem 0 0; padding: 0.8rem 1.1rem; border: 1px solid; border-left-width: 5px; border-radius: 10px; }
.box.bad { color: var(--bad); background: var(--bad-page); border-color: var(--bad-edge); font-weight: 600; }
.box.good { color: var(--good); background: var(--good-page); border-color: var(--good-edge); }
.box.note { color: var(--note); background: var(--note-page); border-color: var(--note-edge); }
figure { margin: 1.75rem 0 0; overflow-x: auto; }
.grid { display: grid; align-items: stretch; justify-content: start; }
.head { align-self: end; padding: 0 0.25rem 0.6rem; color: var(--soft); font-size: 0.82rem; font-weight: 600; }
.head.lane { writing-mode: vertical-rl; transform: rotate(180deg); justify-self: center; max-height: 15rem;
  padding: 0.6rem 0 0; color: var(--colour); font-size: 0.92rem; line-height: 1.2; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.ports { display: flex; flex-direction: column; justify-content: center; align-items: stretch; gap: 0.5rem; padding: 0.7rem 0; }
.port { display: flex; align-items: center; }
.port > span { min-width: 0; padding: 0.3rem 0.7rem; border: 1px solid var(--edge); border-radius: 9px; background: var(--card); font-size: 0.88rem; line-height: 1.35; }
.port b { display: block; font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 0.9rem; }
.port::after { content: ""; flex: 1 0 1.6rem; height: 2px; background: var(--edge); }
.port > i { order: 2; border: 6px solid transparent; border-left: 9px solid var(--edge); border-right: 0; }
.port.exposed > span { color: var(--bad); background: var(--bad-page); border: 2px solid var(--bad-edge); font-weight: 600; }
.port.exposed::after { height: 4px; background: var(--bad-edge); }
.port.exposed > i { border-width: 8px; border-left: 12px solid var(--bad-edge); border-right: 0; }
.place { padding: 0.7rem 0; display: flex; }
.card { flex: 1; min-width: 0; display: flex; flex-direction: column; justify-content: center; padding: 0.85rem 1rem; background: var(--card); border: 1px solid var(--edge); border-radius: 12px; box-shadow: 0 1px 3px rgb(0 0 0 / 0.08); }
.card.key { border-width: 2px; border-color: var(--lane-0); }
.card.exposed { border: 2px solid var(--bad-edge); }
.card.down { border-style: dashed; box-shadow: none; }
.card h2 { margin: 0; font-size: 1.05rem; line-height: 1.3; }
.card p { margin: 0.15rem 0 0; }
.badge { display: inline-block; margin: 0.1rem 0.35rem 0 0; padding: 0 0.5rem; border: 1px solid var(--edge); border-radius: 99px; font-size: 0.78rem; color: var(--soft); }
.badge.up { color: var(--good); border-color: var(--good-edge); background: var(--good-page); }
.badge.down { color: var(--bad); border-color: var(--bad-edge); background: var(--bad-page); }
.call { display: flex; flex-direction: column; align-items: center; color: var(--soft); font-size: 0.88rem; font-weight: 600; }
.call::before { content: ""; width: 2px; flex: 1; min-height: 0.7rem; background: var(--soft); }
.call::after { content: ""; border: 6px solid transparent; border-top: 9px solid var(--soft); border-bottom: 0; }
.call span { padding: 0.1rem 0.7rem; }
.lane-cell { position: relative; }
.lane-cell::before { content: ""; position: absolute; left: calc(50% - 2px); top: 0; bottom: 0; width: 4px; background: var(--colour); }
.lane-cell > i { position: absolute; left: 0; right: 0; top: calc(50% - 1px); height: 2px; background: var(--soft); }
.lane-cell > i.end { right: 50%; }
.lane-cell > b { position: absolute; left: calc(50% - 9px); top: calc(50% - 9px); width: 18px; height: 18px; border-radius: 50%; background: var(--page); border: 5px solid var(--colour); }
.lane-cell.last::before { border-radius: 0 0 4px 4px; }
.lane-cell.first::before { border-radius: 4px 4px 0 0; }
ul { margin: 1.75rem 0 0; padding: 0; list-style: none; color: var(--soft); font-size: 0.92rem; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 0.92em; }
`
