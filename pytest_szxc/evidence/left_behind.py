"""What a run has left on a platform: said in its report, kept for ``szxc cleanup`` when its folder is used again."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pytest_szxc.evidence.run_record import RECORD
from pytest_szxc.model import Cause
from pytest_szxc.target.ledger import LEDGER, read_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASIDE = "left-behind"
"""Folder, within a folder of results, for the ledgers of earlier runs there that left something."""
_SHOWN = 5


def left_notices(ledger: Path) -> tuple[Cause, ...]:
    """What a reader should know of what a run has left; what ``szxc cleanup`` did since does not count.

    Raises:
        SzxcError: the ledger cannot be read.
    """
    debts = read_ledger(ledger, without_cleanup=True).debts
    if not debts:
        return ()
    operations = dict.fromkeys(debt.operation for debt in debts)
    causes = dict.fromkeys(debt.cause for debt in debts if debt.cause)
    params = {
        "count": str(len(debts)),
        "operations": ", ".join(list(operations)[:_SHOWN]),
        "causes": ", ".join(list(causes)[:_SHOWN]) or "-",
    }
    return (Cause("ledger.left-behind", params),)


def put_aside(folder: Path) -> Path | None:
    """Keep ledger and record of the run that used a folder before, if it left something; where they are now.

    Raises:
        OSError: they cannot be moved.
        SzxcError: the ledger cannot be read.
    """
    if not read_ledger(folder / LEDGER).debts:
        return None
    place = _free(folder / ASIDE)
    place.mkdir(parents=True)
    for name in (LEDGER, RECORD):
        if (folder / name).exists():
            shutil.move(folder / name, place / name)
    return place


def owing(folder: Path) -> Iterator[tuple[Path, int]]:
    """The places in a folder of results where earlier runs' debts are kept, and how many are still open."""
    for ledger in sorted((folder / ASIDE).glob(f"*/{LEDGER}")):
        count = len(read_ledger(ledger).debts)
        if count:
            yield ledger.parent, count


def _free(parent: Path) -> Path:
    number = 1
    while (parent / str(number)).exists():
        number += 1
    return parent / str(number)
