"""``szxc manifest``: write the manifest of a folder of evidence, so that nobody computes digests by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.errors import SzxcError
from pytest_szxc.messages import render
from pytest_szxc.printable import line, show
from pytest_szxc.target.evidence_draft import drafted
from pytest_szxc.target.evidence_folder import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.target.evidence_draft import Draft

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--suite", help="套件 / suite (default: the one in the manifest that is there)")
@click.pass_obj
def manifest(lang: str, folder: Path, suite: str | None) -> None:
    """为证据文件夹写出清单与摘要 / write the manifest of an evidence folder, with each file's SHA-256."""
    known = load_suites()
    if suite is not None and suite not in known:
        raise SzxcError("option.unknown-suite", suite=show(suite))
    draft = drafted(folder, suite, known)
    text = json.dumps(draft.value, ensure_ascii=False, indent=1)
    made = folder / f".{MANIFEST}.tmp"
    made.write_text(text + "\n", encoding="utf-8")
    made.replace(folder / MANIFEST)  # in one piece, and not through a link that leads elsewhere
    click.echo("\n".join(map(line, _lines(draft, lang))))


def _lines(draft: Draft, lang: str) -> Iterator[str]:
    for name in draft.left_out:
        yield f"! {render('manifest.left-out', lang, {'file': show(name)})}"
    for name in draft.gone:
        yield f"! {render('manifest.gone', lang, {'file': show(name)})}"
    counts = {"files": len(draft.value["files"]), "changed": len(draft.changed), "file": MANIFEST}
    yield f"√ {render('manifest.written', lang, counts)}"
