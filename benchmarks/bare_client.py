"""One httpx client that sends a list of requests one after another, and nothing else: the bare rate."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import httpx


def main() -> None:
    """Send the requests of a JSON file (method, URL, body), whatever is answered."""
    listed = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    with httpx.Client(trust_env=False) as client:
        for method, url, body in listed:
            headers = {"content-type": "application/json"} if body else {}
            client.request(method, url, content=body or None, headers=headers)


if __name__ == "__main__":
    main()
