"""A version after another: the least change that is one."""

from __future__ import annotations

import re

_LAST = re.compile(r"[0-9]+(?![\s\S]*[0-9])")


def after(version: str) -> str:
    """The version with its last number one higher; with ``.1`` after it where it has none.

    ``2.4.1`` → ``2.4.2``, ``V3-rc`` → ``V4-rc``, ``beta`` → ``beta.1``.
    """
    found = _LAST.search(version)
    if found is None:
        return f"{version}.1"
    last = str(int(found[0]) + 1).rjust(len(found[0]), "0")
    return version[: found.start()] + last + version[found.end() :]
