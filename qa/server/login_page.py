"""The page that asks for a password; it needs no script."""

from __future__ import annotations

from qa.inert import plain

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Log in · Footnote</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="favicon.ico"><style>
:root{color-scheme:light dark;--paper:#faf8f4;--ink:#1f1d1a;--faint:#6d675e;--accent:#9c2f1f;--line:#8b847a;
--on-accent:#fff}
@media(prefers-color-scheme:dark){:root{--paper:#171614;--ink:#ece8e1;--faint:#a39c91;--accent:#f0907f;
--on-accent:#1f1d1a}}
body{margin:0;min-height:100vh;display:grid;place-content:center;background:var(--paper);color:var(--ink);
font:17px/1.5 ui-sans-serif,system-ui,sans-serif;padding:0 24px}
main{width:min(20rem,100%);justify-self:center}
h1{font:700 34px/1.2 "Iowan Old Style","Palatino Linotype",Georgia,"Noto Serif",serif;margin:0 0 8px;text-align:center}
p{margin:0 0 16px;color:var(--faint);text-align:center}p.failed{color:var(--accent)}
label{display:block;margin:0 0 4px}
input{box-sizing:border-box;width:100%;font:inherit;color:inherit;background:transparent;padding:8px 10px;
border:1px solid var(--line);border-radius:6px;margin:0 0 16px}
button{width:100%;font:inherit;font-weight:600;padding:9px;border:0;border-radius:6px;background:var(--accent);
color:var(--on-accent);cursor:pointer}
:is(input,button):focus-visible{outline:2px solid var(--accent);outline-offset:2px}
</style></head><body><main><h1>Footnote</h1>$message<form method="post" action="login">
<input type="hidden" name="next" value="$next">$name
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required$password_focus$invalid>
<button>Log in</button></form></main></body></html>"""
_NAME = """
<label for="name">$label</label>
<input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false"$required autofocus
value="$value">"""


def login_page(*, follow: str, has_names: bool, needs_name: bool = False, name: str = "", message: str = "") -> str:
    """The whole page; `follow` is where to go then, `message` what went wrong."""
    label, required = ("Name", " required") if needs_name else ("Name, if you have one", "")
    field = _NAME.replace("$label", label).replace("$required", required).replace("$value", plain(name))
    told = f'<p id="told" class="failed" role="alert">{plain(message)}</p>' if message else ""
    invalid = ' aria-invalid="true" aria-describedby="told"' if message else ""
    parts = {
        "$message": told or "<p>Please log in to read and ask.</p>",
        "$password_focus": "" if has_names else " autofocus",
        "$invalid": invalid,
        "$name": field if has_names else "",
        "$next": plain(follow),
    }
    page = _PAGE
    for place, part in parts.items():
        before, _, after = page.partition(place)
        page = before + part + after
    return page
