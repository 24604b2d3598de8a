"""Texts that a platform may send, and that nobody's terminal, CI runner, browser or spreadsheet may obey."""

from __future__ import annotations

COMMANDS = (
    "::error file=app.py,line=1::forged",
    "  ::add-mask::szxc",
    "##[error]forged",
    "##vso[task.setvariable variable=x]1",
    "##vso[task.complete result=Succeeded;]",
    "##teamcity[buildStatus status='SUCCESS']",
    "section_start:1560896352:x[collapsed=true]\r\x1b[0Kforged",
    "--- Buildkite\n+++ opened",
)
TERMINAL = (
    "\x1b[2J\x1b[H",
    "\x1b]0;owned\x07",
    "\x1b]8;;https://evil.invalid\x1b\\here\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x9b31mred",
    "\x90q\x9c",
    "a\rb\x08\x08\x7f\x00\x0b\x0c",
    "line\r\none\u2028two\u2029three\x85four",
    "\u202egnp.exe\u202c\u2066x\u2069\u200e\u200f\u061c",
    "in\u200bvis\u2060i\ufeffble\u00ad\u034f\u3164\ufe0f\U000e0041",
    "\ue000\U000f0000\uffff",
)
MARKUP = (
    "<script>PWNED</script>",
    "</script><script>PWNED</script>",
    "</title><script>PWNED</script>",
    "</style><script>PWNED</script>",
    "<!--><script>PWNED</script>",
    "--><script>PWNED</script>",
    "]]><script>PWNED</script>",
    "<img src=x onerror=PWNED>",
    '" onmouseover="PWNED',
    "' autofocus onfocus='PWNED",
    "` onclick=`PWNED",
    "<svg onload=PWNED>",
    "<svg><script href='data:,PWNED'/></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=PWNED>",
    "<iframe srcdoc='<script>PWNED</script>'>",
    "<object data=javascript:PWNED>",
    "<embed src=javascript:PWNED>",
    "<a href=javascript:PWNED>x</a>",
    "<a href=' javascript:PWNED'>x</a>",
    "<a href='data:text/html,<script>PWNED</script>'>x</a>",
    "javascript:PWNED",
    "java\tscript:PWNED",
    "vbscript:PWNED",
    "<form action=javascript:PWNED><button>x",
    "<meta http-equiv=refresh content='0;url=javascript:PWNED'>",
    "<link rel=stylesheet href=//evil.invalid/x.css>",
    "<base href=//evil.invalid/>",
    "<style>@import '//evil.invalid/x.css';</style>",
    "} body { background: url(//evil.invalid/x) } .x {",
    "expression(PWNED)",
    "{{ 7 * 7 }}",
    "{{ ''.__class__.__mro__ }}",
    "{% for x in [] %}{% endfor %}",
    "{# comment #}",
    "${PWNED}",
    "<%= PWNED %>",
    "&lt;script&gt;PWNED&lt;/script&gt;",
    "&#x3c;script&#x3e;PWNED",
    "+ADw-script+AD4-PWNED",
    "\ud83d",
    "<details open ontoggle=PWNED>",
)
OTHERS = (
    "]]>&<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "<![CDATA[x]]]]><![CDATA[>",
    "[click](javascript:PWNED) ![x](//evil.invalid/x.png) ``` | a | b |",
    '=HYPERLINK("//evil.invalid","x")',
    "@SUM(1)|cmd",
    "'; rm -rf / #",
    "$(touch pwned)`touch pwned`",
    "{0} {name} {",
    "%s %n %(x)s",
)
TEXTS = (*COMMANDS, *TERMINAL, *MARKUP, *OTHERS)
STARTS = ("::", "section_start", "section_end")
"""What CI runners take for a command at the start of a line, spaces aside."""
ANYWHERE = ("##[", "##vso[", "##teamcity[")
"""What they take for one wherever it stands."""
