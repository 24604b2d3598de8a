"""``szxc serve-bad``: a server that does everything wrong, for trying gateways and clients at it."""

from __future__ import annotations

import json
from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING

import click

from pytest_szxc.cli.catalogue import JSON
from pytest_szxc.errors import StatementError
from pytest_szxc.messages import render
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_szxc.hostile.behaviour import Behaviour
    from pytest_szxc.model import Json

PORT = 8666


@click.command("serve-bad")
@click.option("--host", default="127.0.0.1", show_default=True, help="地址 / address")
@click.option(
    "--port",
    type=click.IntRange(0, 65000),
    default=PORT,
    show_default=True,
    help="首个端口,0 为任意 / first port, 0 takes free ones",
)
@click.option("--list", "list_only", is_flag=True, help="只列出 / list only")
@JSON
@click.pass_obj
def serve_bad(lang: str, host: str, port: int, *, list_only: bool, as_json: bool) -> None:
    """敌意服务器:各种错误的应答,用来检验客户端和网关 / a hostile server, to try clients and gateways at."""
    from pytest_szxc.hostile.registry import BEHAVIOURS  # noqa: PLC0415 -- heavy, and no other command wants it
    from pytest_szxc.hostile.server import HostileServer  # noqa: PLC0415 -- the same

    if list_only:
        _tell(BEHAVIOURS, {}, lang, as_json=as_json)
        return
    try:
        server = HostileServer(host, port)
    except OSError as error:
        problem = show(str(error.strerror or error))
        raise StatementError("serve-bad.port", host=show(host), port=port, problem=problem) from error
    try:
        _tell(BEHAVIOURS, server.urls, lang, as_json=as_json)
        with suppress(KeyboardInterrupt):
            Event().wait()
    finally:
        server.close()


def _tell(behaviours: Mapping[str, Behaviour], urls: Mapping[str, str], lang: str, *, as_json: bool) -> None:
    """Everything about all behaviours; the JSON is one line, so that it can be read while the server runs."""
    from pytest_szxc.hostile.handshakes import AUTHORITY  # noqa: PLC0415 -- heavy, and no other command wants it

    if as_json:
        rows = [_row(behaviour, urls.get(name)) for name, behaviour in behaviours.items()]
        click.echo(json.dumps({"authority": str(AUTHORITY), "behaviours": rows}, ensure_ascii=False))
        return
    if urls:
        click.echo(render("serve-bad.start", lang, {"count": len(behaviours)}))
        click.echo(render("serve-bad.authority", lang, {"file": AUTHORITY}))
    click.echo("\n".join(_lines(behaviours, urls, lang)))


def _row(behaviour: Behaviour, url: str | None) -> Json:
    return {
        "name": behaviour.name,
        "family": behaviour.family,
        "expected": list(behaviour.codes),
        "url": url,
        "zh": behaviour.title("zh"),
        "en": behaviour.title("en"),
    }


def _lines(behaviours: Mapping[str, Behaviour], urls: Mapping[str, str], lang: str) -> Iterator[str]:
    family = ""
    for name, behaviour in behaviours.items():
        if behaviour.family != family:
            family = behaviour.family
            yield f"\n{render(f'hostile.family.{family}', lang, {})}"
        codes = " ".join(behaviour.codes).replace("-", render("serve-bad.lawful", lang, {}), behaviour.codes == ("-",))
        yield f"  {urls.get(name, name)}  {behaviour.title(lang)}  [{codes}]"
