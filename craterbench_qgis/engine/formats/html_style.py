"""The style sheet of the HTML reports: light, dark, and on paper."""

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #16191d; --quiet: #59616a;
  --rule: #d3d8dd; --track: #e4e8eb; --accent: #1d5c96; --good: #1a6b3a; --bad: #a32a22;
  --shade: #f4f6f7; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #15181b; --ink: #e9ebed; --quiet: #a4acb4; --rule: #3a4148; --track: #2c3238;
    --accent: #7db4e8; --good: #7fce9d; --bad: #f2958d; --shade: #1d2125; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.5rem 3rem; max-width: 76rem; background: var(--paper);
  color: var(--ink); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", "Noto Sans",
  "DejaVu Sans", Arial, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .8rem; }
header, section { margin-bottom: 2rem; }
section { border-top: 1px solid var(--rule); padding-top: 1rem; }
p { margin: .2rem 0; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
.beside { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; }
.beside .picture { flex: 0 0 18rem; max-width: 100%; }
.beside dl { flex: 1 1 20rem; }
.picture { position: relative; border: 1px solid var(--rule); }
.picture img { display: block; width: 100%; height: auto; }
.picture.none { display: flex; align-items: center; justify-content: center; aspect-ratio: 1;
  color: var(--quiet); background: var(--shade); }
.scale { position: absolute; right: .5rem; bottom: .5rem; border-bottom: 3px solid #fff;
  color: #fff; font-size: .75rem; font-weight: 600; line-height: 1.3; display: flex;
  justify-content: flex-end; white-space: nowrap;
  text-shadow: 0 0 2px #000, 0 0 3px #000, 0 0 4px #000;
  filter: drop-shadow(0 0 1px #000); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr));
  gap: 1.4rem 1.2rem; list-style: none; margin: 0 0 1rem; padding: 0; align-items: start; }
.card { position: relative; min-width: 0; break-inside: avoid; }
.card p, .card details { font-size: .87rem; }
.rank { position: absolute; z-index: 1; top: 0; left: 0; min-width: 1.9rem; padding: .1rem .4rem;
  background: #16191d; color: #fff; font-weight: 600; text-align: center; }
.track { height: 5px; margin: .45rem 0 .35rem; background: var(--track); }
.track div { height: 100%; background: var(--accent); }
.card .name { display: flex; justify-content: space-between; gap: .6rem; font-size: .95rem; }
.name strong:first-child { display: -webkit-box; -webkit-box-orient: vertical;
  -webkit-line-clamp: 3; overflow: hidden; }
.score { white-space: nowrap; font-variant-numeric: tabular-nums; }
.decision { font-weight: 600; }
.accepted { color: var(--good); }
.rejected { color: var(--bad); }
.open { color: var(--quiet); }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(21rem, 1fr));
  gap: 1.8rem 1.6rem; list-style: none; margin: 1rem 0 0; padding: 0; align-items: start; }
.pair { content-visibility: auto; contain-intrinsic-size: auto 20rem; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: .4rem .5rem; margin-bottom: .5rem; }
.two > div { min-width: 0; }
.two .picture.none { background: #6f757c; }
.picture svg { position: absolute; inset: 0; width: 100%; height: 100%; fill: none;
  stroke-width: 2; filter: drop-shadow(0 0 1px #000); }
.dot { display: inline-block; width: .75em; height: .75em; margin-right: .35em; }
.entry { font-weight: 600; }
.summary { max-width: 44rem; margin-bottom: .8rem; }
details { margin-top: .3rem; }
details th, details td { white-space: normal; min-width: 0; padding: .15rem .4rem; }
summary { cursor: pointer; color: var(--accent); }
dl { margin: 0; }
dl div { display: grid; grid-template-columns: minmax(6rem, 11rem) 1fr; gap: .8rem;
  padding: .2rem 0; border-bottom: 1px solid var(--rule); }
details dl div { grid-template-columns: 2fr 3fr; }
dt { color: var(--quiet); overflow-wrap: anywhere; }
dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .87rem;
  font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid var(--rule);
  white-space: nowrap; }
th { color: var(--quiet); font-weight: 600; }
td.text, th.text { text-align: left; }
td.text { white-space: normal; overflow-wrap: anywhere; min-width: 7.5rem; }
@page { size: A4; margin: 14mm; }
@page sideways { size: A4 landscape; margin: 14mm; }
@media print {
  :root { --paper: #fff; --ink: #000; --quiet: #444; --rule: #bbb; --track: #ddd;
    --accent: #1d5c96; --good: #1a6b3a; --bad: #a32a22; color-scheme: light; }
  html { font-size: 9.5pt; }
  body { max-width: none; padding: 0; font-size: 1rem; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  h2 { break-after: avoid; }
  .beside .picture { flex-basis: 60mm; }
  .cards { grid-template-columns: repeat(4, 1fr); gap: 6mm 5mm; }
  .pairs { grid-template-columns: repeat(3, 1fr); gap: 5mm 7mm; }
  .pair p { font-size: .8rem; }
  .pair { content-visibility: visible; contain-intrinsic-size: none; }
  .score .quiet { display: none; }
  details:not([open]) { display: none; }
  tr, dl div { break-inside: avoid; }
  thead { display: table-header-group; }
  .wide { overflow: visible; }
  table { font-size: 8pt; }
  th, td { padding: .6mm 1.4mm; }
  td.text { min-width: 0; }
  .sideways { page: sideways; break-before: page; }
  .sideways table { font-size: 7pt; }
  .sideways th { white-space: normal; }
  .sideways td.text { min-width: 17mm; }
}
"""
