"""The page that is shown until the real one is loaded, and where a question may be typed already."""

from __future__ import annotations

from qa.inert import plain

ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#9c2f1f"/><g stroke="#fff" fill="none">
<path d="M8 25V9h10M8 17h8" stroke-width="3.2"/><path d="m21 10 3-2v9" stroke-width="2.4"/></g></svg>"""
COLOURS = """:root{color-scheme:light dark;--paper:#faf8f4;--ink:#1f1d1a;--faint:#6a645b;--accent:#9c2f1f;
--card:#fffefb}
@media(prefers-color-scheme:dark){:root{--paper:#171614;--ink:#ece8e1;--faint:#a8a196;--accent:#f0907f;--card:#1f1d1b}}
"""
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Footnote</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="favicon.ico">
<noscript><meta http-equiv="refresh" content="2"></noscript><style>
$colours
body{margin:0;min-height:100vh;display:grid;align-content:center;justify-content:center;background:var(--paper);
color:var(--ink);font:17px/1.5 ui-sans-serif,system-ui,sans-serif;padding:0 24px}
main{width:min(640px,100vw - 48px)}
h1{font:700 34px/1.2 "Iowan Old Style","Palatino Linotype",Georgia,"Noto Serif",serif;margin:0 0 14px}
p{margin:12px 0 0;color:var(--faint)}p.failed{color:var(--accent)}form{display:flex;gap:8px;align-items:flex-end}
textarea{flex:1;font:inherit;padding:12px 14px;border:1px solid var(--faint);border-radius:10px;resize:none;
background:var(--card);color:inherit;min-width:0;height:50px;box-sizing:border-box}
textarea:focus{outline:2px solid var(--accent);outline-offset:-1px}
#answer{font:18px/1.6 "Iowan Old Style","Palatino Linotype",Georgia,"Noto Serif",serif;margin-top:20px}
#answer p{color:inherit;margin:8px 0}#answer ol{padding:0;list-style:none;font-size:16px}#answer a{color:var(--accent)}
#answer .fn-mark{font-size:12px;vertical-align:super;text-decoration:none;padding:0 2px}
#answer blockquote{margin:4px 0 14px 20px;color:var(--faint)}#answer .fn-facts{display:block;font-size:14px}
button{font:600 16px/1 inherit;height:50px;padding:0 20px;border:0;border-radius:10px;background:var(--accent);
color:var(--paper)}
</style></head><body><main><h1>Footnote</h1>
<form id="form"><textarea id="box" aria-label="Your question" placeholder="Ask the articles…" rows="1" dir="auto"
autofocus></textarea><button>Ask</button></form>
<p id="note" role="status"$failed>$note</p>
<div id="answer" aria-live="polite"></div>
<p id="patience" hidden>The first start takes a minute; later ones a few seconds.</p></main><script>
const [form, box, note] = ["form", "box", "note"].map((id) => document.getElementById(id));
const started = Date.now();
let asked = false, typedAt = 0;
box.addEventListener("input", () => { typedAt = Date.now(); });
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!box.value.trim()) return;
  asked = true;
  box.readOnly = true;
  note.textContent = "Your question is answered as soon as the articles are ready.";
});
// A question is answered as soon as there is an index; the page takes longer, and shows the answer then.
let conversation = "", outcome = "";
async function ask() {
  conversation = "asking";
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ question: box.value });
  const response = await fetch("page/ask", { method: "POST", headers, body });
  conversation = response.ok ? (await response.json()).conversation : "";
}
async function draw() {
  const told = await (await fetch(`page/conversations/${conversation}`, { cache: "no-store" })).json();
  const frame = told.frames[0];
  outcome = frame.outcome;
  document.getElementById("answer").innerHTML = frame.answer + frame.notes;
}
function leave() {
  if (conversation) return location.replace(`ui/?c=${conversation}`);
  const typed = JSON.stringify({ text: box.value, asked });
  try { sessionStorage.setItem("footnote.typed", typed); } catch { /* it is lost */ }
  location.replace("ui/" + location.search + location.hash);
}
async function look() {
  try {
    const state = await (await fetch("ready", {cache: "no-store"})).json();
    const isTyping = !asked && Date.now() - typedAt < 1200;
    if (state.answers && asked && !conversation) await ask();
    if (conversation && (!outcome || outcome === "coming")) await draw();
    if (state.ready && !isTyping) return leave();
    if (!asked || state.error) note.textContent = state.error || state.note;
    note.classList.toggle("failed", !!state.error);
    form.hidden = !!state.error;
    document.getElementById("patience").hidden = !!state.error || Date.now() - started < 8000;
    if (state.error) return;
  } catch (error) { note.textContent = "The server does not answer; it may have been stopped."; }
  setTimeout(look, 150);
}
look();
</script></body></html>"""


def loading_page(note: str, *, failed: bool = False) -> str:
    """The whole page, with one line on what is going on; it moves on by itself, and takes along what was typed."""
    page = _PAGE.replace("$failed", ' class="failed"' if failed else "").replace("$colours", COLOURS)
    return page.replace("$note", plain(note))
