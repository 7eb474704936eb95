"""The page that is shown while the articles are indexed and the real page is loaded."""

from __future__ import annotations

from qa.rendering import plain

ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#9c2f1f"/><g stroke="#fff" fill="none">
<path d="M8 25V9h10M8 17h8" stroke-width="3.2"/><path d="m21 10 3-2v9" stroke-width="2.4"/></g></svg>"""
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Footnote</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="favicon.ico">
<noscript><meta http-equiv="refresh" content="2"></noscript><style>
:root{color-scheme:light dark;--paper:#faf8f4;--ink:#1f1d1a;--faint:#6d675e;--accent:#9c2f1f}
@media(prefers-color-scheme:dark){:root{--paper:#171614;--ink:#ece8e1;--faint:#a39c91;--accent:#f0907f}}
body{margin:0;min-height:100vh;display:grid;place-content:center;text-align:center;background:var(--paper);
color:var(--ink);font:17px/1.5 ui-sans-serif,system-ui,sans-serif;padding:0 24px}
h1{font:700 34px/1.2 "Iowan Old Style","Palatino Linotype",Georgia,"Noto Serif",serif;margin:0 0 8px}
p{margin:0;color:var(--faint);max-width:60ch}p.failed{color:var(--accent)}
</style></head><body><main><h1>Footnote</h1><p id="note" role="status"$failed>$note</p>
<p id="patience" hidden>The first start takes a minute; later ones a few seconds.</p></main><script>
const note = document.getElementById("note");
async function look() {
  try {
    const state = await (await fetch("ready", {cache: "no-store"})).json();
    if (state.ready) return location.replace("ui/" + location.search);
    note.textContent = state.error || state.note;
    note.classList.toggle("failed", !!state.error);
    document.getElementById("patience").hidden = !!state.error || performance.now() < 8000;
    if (state.error) return;
  } catch (error) { note.textContent = "The server does not answer; it may have been stopped."; }
  setTimeout(look, 250);
}
look();
</script></body></html>"""


def loading_page(note: str, *, failed: bool = False) -> str:
    """The whole page, with one line on what is going on; it moves on by itself."""
    return _PAGE.replace("$failed", ' class="failed"' if failed else "").replace("$note", plain(note))
