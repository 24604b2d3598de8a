"""Where the demo platform's operations are: one map for all platforms that serve the same, as making one takes long.

Werkzeug compiles code for every rule; the self-test builds a platform for each of its trials.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from werkzeug.routing import Map

OWN = (("GET", "/.well-known/szxc.json", "discovery"), ("GET", "/openapi.json", "openapi"))
"""What every platform serves: method, path, endpoint."""


@lru_cache(maxsize=16)
def url_map(routes: tuple[tuple[str, str, str], ...]) -> Map:
    """The map of some routes and the platform's own, as Flask makes it; it holds no platform.

    Args:
        routes: method, path and endpoint of each; ``{name}`` in a path takes slashes too.
    """
    app = Flask("pytest_szxc.reference", static_folder=None)
    for method, path, endpoint in (*OWN, *routes):
        app.add_url_rule(path.replace("{", "<path:").replace("}", ">"), endpoint, methods=[method])
    return app.url_map
