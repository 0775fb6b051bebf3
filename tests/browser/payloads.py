"""Texts that would load an address, run a script or become markup, were they taken for more than text."""

from __future__ import annotations

from collections.abc import Iterator

#: Runs, wherever it runs, on the page's own window or the outermost one.
SCRIPT = "(window.top||window).__ran=(window.__ran=1)"

#: {u} is an address of the sinkhole, {s} a script.
_FORMS = (
    "![picture]({u})",
    '![picture]({u} "title")',
    "[link]({u})",
    "[link](javascript:{s})",
    "[link](JaVaScRiPt:{s})",
    "[link](data:text/html,<script>{s}</script>)",
    "<{u}>",
    "{u}",
    "www.{h}",
    "mail@{h}",
    "[picture][p]\n\n[p]: {u}",
    "[![inside]({u})]({u})",
    '<img src="{u}">',
    '<img src=x onerror="{s}">',
    "<img srcset='{u} 2x'>",
    "<script>{s}</script>",
    '<script src="{u}"></script>',
    "<svg onload='{s}'><image href='{u}'/></svg>",
    "<svg><script>{s}</script></svg>",
    "<iframe src='{u}'></iframe>",
    "<iframe srcdoc='<script>{s}</script>'></iframe>",
    "<object data='{u}'></object>",
    "<embed src='{u}'>",
    "<link rel=stylesheet href='{u}'>",
    "<style>@import url({u});body{{background:url({u})}}</style>",
    "<p style='background-image:url({u})'>p</p>",
    "<video src='{u}' poster='{u}' autoplay></video>",
    "<audio src='{u}' autoplay></audio>",
    "<meta http-equiv=refresh content='0;url={u}'>",
    "<base href='{u}/'>",
    "<form action='{u}'><button autofocus onfocus='{s}'>b</button></form>",
    "<details open ontoggle='{s}'><summary>s</summary></details>",
    "<a href='{u}' ping='{u}'>a</a>",
    "<input autofocus onfocus='{s}'>",
    r"$\href{{{u}}}{{x}}$",
    r"$\includegraphics{{{u}}}$",
    r"$$\htmlData{{x={u}}}{{y}}$$",
    r"$\url{{javascript:{s}}}$",
    ":material/delete: :smile: :red[text] :blue-badge[![b]({u})]",
    ":streamlit: {u} -> <- --",
    "\u202e![r]({u})\u202c",
    "\u2066<img src='{u}'>\u2069",
    "\x00\x07\x1b[31m![c]({u})\x1b[0m",
    "</script></style></textarea></title><img src='{u}'>",
    "--><img src='{u}'><!--",
    "]]><img src='{u}'>",
    '"><img src=\'{u}\' onerror="{s}">',
    "&lt;img src={u}&gt; &#60;img src=x onerror={s}&#62;",
    "\ufeff<\u200bimg src='{u}'>",
    "\\![e]({u}) \\\\![e]({u})",
)

#: What may stand around them and change how they would be read.
_AROUND = (
    "{p}",
    "# {p}",
    "- {p}",
    "> {p}",
    "| a | b |\n|---|---|\n| {p} | {p} |",
    "```\nx\n```\n{p}",
)


def payloads(sinkhole_port: int) -> Iterator[str]:
    """All of them, each with an address of its own."""
    number = 0
    for around in _AROUND:
        for form in _FORMS:
            number += 1
            host = f"127.0.0.1:{sinkhole_port}"
            text = form.format(u=f"http://{host}/{number}", h=f"{host}/{number}", s=SCRIPT)
            yield around.replace("{p}", text)


def as_file_names(texts: list[str]) -> list[str]:
    """Those that can be file names: a slash ends a folder's name, and a browser forgives a lost one."""
    names = []
    for text in texts:
        name = " ".join(text.replace("\x00", "").replace("http://", "http:").replace("/", "\\").split())
        if name and len(name.encode()) < 200:
            names.append(name)
    return names
