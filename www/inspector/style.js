// The overlay's look, as a constructed style sheet: a strict policy allows it where it refuses style elements.
export const STYLE = `
:host { all: initial; position: fixed; inset: 12px 12px auto auto; z-index: 2147483646; color-scheme: light dark; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.box { --ground: light-dark(#f4f6fa, #10141c); --card: light-dark(#fff, #181e29); --ink: light-dark(#18202f, #e6eaf2); --soft: light-dark(#56607a, #9ba6bd); --line: light-dark(#d8deea, #2c3547); --blue: light-dark(#274690, #9db8ff); --good: light-dark(#1d6b45, #7fd8a8); --bad: light-dark(#a8281f, #ff9c92); --warn: light-dark(#7a5200, #f0c060);
  width: min(30rem, calc(100vw - 24px)); max-height: min(42rem, calc(100dvh - 24px)); display: flex; flex-direction: column; background: var(--card); color: var(--ink); border: 1px solid var(--line); border-radius: 14px; box-shadow: 0 12px 40px #0005; font: 14px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; overflow: hidden; }
.box.small { width: auto; }
header { display: flex; align-items: center; gap: 8px; padding: 8px 10px 8px 14px; border-bottom: 1px solid var(--line); }
.small header { border: 0; }
h2 { font-size: 15px; margin: 0 auto 0 0; } h3 { font-size: 14px; margin: 0 0 2px; }
p { margin: 0 0 6px; } ul, ol { list-style: none; margin: 0; padding: 0; }
button { font: inherit; color: inherit; min-height: 30px; padding: 2px 10px; background: none; border: 1px solid light-dark(#aab4c8, #47536b); border-radius: 8px; cursor: pointer; }
button:hover { background: var(--ground); }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 1px; }
.tabs { display: flex; gap: 4px; padding: 8px 10px 0; }
.tabs button { flex: 1; border-color: transparent; } .tabs button[aria-selected="true"] { background: var(--ground); color: var(--blue); font-weight: 600; border-color: var(--line); }
.panel { padding: 12px 14px 14px; overflow: auto; flex: 1; min-height: 0; }
.answer { border-left: 4px solid var(--soft); padding: 2px 0 2px 10px; margin-bottom: 12px; }
.answer.bad { border-color: var(--bad); } .answer.bad h3 { color: var(--bad); }
.answer.warn { border-color: var(--warn); } .answer.warn h3 { color: var(--warn); }
.answer.good { border-color: var(--good); } .answer.good h3 { color: var(--good); }
.todo { font-weight: 600; }
.soft { color: var(--soft); } .actions { display: flex; flex-wrap: wrap; gap: 6px; margin: 8px 0; }
details { border-bottom: 1px solid var(--line); } summary { cursor: pointer; padding: 6px 2px; }
.event summary { display: flex; gap: 8px; align-items: baseline; list-style: none; }
.event summary::before { content: none; }
.name { flex: 1; min-width: 0; font-weight: 600; overflow: hidden; text-overflow: ellipsis; }
.mark { font-size: 12px; font-weight: 600; white-space: nowrap; } .mark.bad { color: var(--bad); } .mark.warn { color: var(--warn); }
.state { font-size: 12px; font-weight: 600; color: var(--soft); }
.accepted .state { color: var(--good); } .rejected .state { color: var(--bad); } .suppressed .state, .held .state { color: var(--warn); }
dl { margin: 0 0 6px; } dl > div { display: grid; grid-template-columns: 7.2em minmax(0, 1fr); gap: 8px; padding: 2px 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
dl.wide > div { grid-template-columns: 10.5em minmax(0, 1fr) auto; border-bottom: 1px solid var(--line); }
.tag { font-size: 12px; color: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: 0 6px; height: fit-content; }
pre { font: 12px/1.45 ui-monospace, Menlo, "DejaVu Sans Mono", monospace; background: var(--ground); border-radius: 8px; padding: 8px; margin: 4px 0 8px; overflow: auto; max-height: 18rem; }
@media (max-width: 40rem) { :host { inset: 8px 8px auto; } .box { width: auto; max-height: 58dvh; } .box.small { margin-left: auto; width: fit-content; } }
`;
