/** Everything the page wears. Colours are variables, which the drawings use too: one page serves light and dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --card: #f6f8fa; --ink: #1f2328; --faint: #59636e; --line: #d1d9e0;
  --good: #1a7f37; --careful: #8a5a00; --bad: #c4222b; --link: #0b57b8;
  --c1: #2f6fd0; --c2: #d9730d; --c3: #12866d; --c4: #b13d93; --c5: #7253d1; --c6: #a18600; --c7: #98a2ad;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0f141a; --card: #171e26; --ink: #e8edf2; --faint: #9aa7b4; --line: #313b46;
    --good: #4cc26a; --careful: #e3b341; --bad: #ff7b72; --link: #79b8ff;
    --c1: #6aa5ff; --c2: #ffa657; --c3: #45c9a5; --c4: #f08bd3; --c5: #ab96ff; --c6: #e2c541; --c7: #76828f;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: break-word; }
main, footer { max-width: 1064px; margin: 0 auto; padding: 0 32px; }
main { padding-top: 32px; }
h1 { font-size: 1rem; font-weight: 600; margin: 0; color: var(--faint); }
h2 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 8px; letter-spacing: -0.01em; }
h3 { font-size: 1.06rem; margin: 28px 0 6px; }
h3 small { font-weight: 400; color: var(--faint); margin-left: 4px; }
p, ul { margin: 0 0 10px; max-width: 76ch; }
ul { padding-left: 20px; }
section { border-top: 1px solid var(--line); padding: 28px 0 20px; margin-top: 36px; }
.when, .note, footer { color: var(--faint); font-size: 0.875rem; }
.when { margin: 0 0 18px; }
.verdict { font-size: 1.75rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.015em; max-width: 34em; margin: 0 0 10px; padding-left: 16px; border-left: 5px solid currentColor; }
.amounts { font-size: 1.125rem; padding-left: 21px; }
.good { color: var(--good); } .careful { color: var(--careful); } .bad { color: var(--bad); } .faint { color: var(--faint); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 1px; margin: 24px 0 0; background: var(--line); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.tiles > div { background: var(--card); padding: 14px 16px; }
dt { font-size: 0.8125rem; color: var(--faint); }
dd { margin: 0; font-size: 0.8125rem; line-height: 1.35; color: var(--faint); }
dd.value { font-size: 1.25rem; line-height: 1.4; font-weight: 650; color: var(--ink); font-variant-numeric: tabular-nums; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 20px; margin: 16px 0; }
.card h3, .card h2 { margin-top: 0; font-size: 1.06rem; }
.card p:last-child, .card ul:last-child { margin-bottom: 0; }
.careful-card { border-color: var(--careful); }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 28px; }
figure { margin: 18px 0 8px; min-width: 0; }
figcaption { font-weight: 600; margin-bottom: 2px; }
.drawing svg { display: block; width: 100%; height: auto; }
.narrow { display: none; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; padding: 0; margin: 0 0 4px; font-size: 0.875rem; max-width: none; }
.legend li { display: flex; align-items: center; gap: 7px; min-width: 0; overflow-wrap: anywhere; }
.key { flex: none; width: 12px; height: 12px; border-radius: 3px; background: currentColor; }
.key.dashed { height: 0; width: 18px; border-radius: 0; background: none; border-top: 2px dashed currentColor; }
.c1 { color: var(--c1); } .c2 { color: var(--c2); } .c3 { color: var(--c3); } .c4 { color: var(--c4); } .c5 { color: var(--c5); } .c6 { color: var(--c6); } .c7 { color: var(--c7); } .ink { color: var(--ink); }
details { font-size: 0.875rem; }
summary { cursor: pointer; color: var(--link); padding: 4px 0; }
.scroll { overflow-x: auto; margin: 6px 0 14px; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); max-width: 100%; }
.scroll:focus-visible, pre:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; }
caption { text-align: left; padding: 8px 12px; color: var(--faint); }
th, td { text-align: left; vertical-align: top; padding: 7px 12px; border-top: 1px solid var(--line); }
thead th { font-weight: 600; color: var(--faint); white-space: nowrap; }
tbody th { font-weight: 500; min-width: 9em; max-width: 26em; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tbody th.number { min-width: 0; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.8125rem; }
code { overflow-wrap: anywhere; }
td code { white-space: nowrap; }
pre { margin: 0 0 10px; padding: 10px 12px; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; }
.badge { display: inline-block; border: 1px solid currentColor; border-radius: 999px; padding: 0 9px; font-size: 0.75rem; line-height: 1.6; font-weight: 600; margin-right: 4px; vertical-align: 1px; }
footer { padding-top: 16px; padding-bottom: 40px; }
footer p { border-top: 1px solid var(--line); padding-top: 16px; max-width: none; }
@media (max-width: 640px) {
  main, footer { padding-left: 20px; padding-right: 20px; }
  main { padding-top: 20px; }
  .verdict { font-size: 1.375rem; padding-left: 12px; }
  .amounts { font-size: 1rem; padding-left: 17px; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .tiles > div { padding: 10px 12px; }
  .card { padding: 14px; }
  .pair { grid-template-columns: minmax(0, 1fr); }
  .wide { display: none; }
  .narrow { display: block; }
}
`
