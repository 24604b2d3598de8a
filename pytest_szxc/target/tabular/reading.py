"""How a table comes about: the reader of its kind, batch after batch, each column made canonical."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc.errors import TransportFault
from pytest_szxc.printable import show
from pytest_szxc.target.tabular.columns import columns_of
from pytest_szxc.target.tabular.engine import engine
from pytest_szxc.target.tabular.faults import Faults
from pytest_szxc.target.tabular.table import KINDS, Table, headers_shown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pytest_szxc.model import Location
    from pytest_szxc.target.tabular.batches import Batch, Reading
    from pytest_szxc.target.tabular.columns import Column


def made_table(  # noqa: PLR0913, PLR0917 -- what reading a table depends on
    body: bytes,
    kind: str,
    schema: str,
    names: Mapping[str, str],
    codes: Mapping[str, Mapping[str, str]],
    time_profile: str,
    origin: Location,
) -> Table:
    """See ``tables.read_table``."""
    engine()  # says what is missing before numpy is imported
    wanted = columns_of(schema)
    reading = _reading(body, kind, names, codes, wanted)
    present = {name: column for name, column in wanted.items() if names.get(name, name) in reading.found}
    if not present:
        raise TransportFault("table.no-known-column", found=headers_shown(reading.found), wanted=" ".join(wanted))
    faults = Faults()
    row_numbers, columns = _filled(reading, present, time_profile, faults)
    if not len(row_numbers):
        raise TransportFault("table.no-rows")
    return Table(len(row_numbers), row_numbers, faults.all(), origin, reading.found, dict(names), columns, reading)


def _reading(
    body: bytes,
    kind: str,
    names: Mapping[str, str],
    codes: Mapping[str, Mapping[str, str]],
    wanted: Collection[str],
) -> Reading:
    from pytest_szxc.target.tabular.csv import CsvReading  # noqa: PLC0415 -- numpy is an extra
    from pytest_szxc.target.tabular.ndjson import NdjsonReading  # noqa: PLC0415
    from pytest_szxc.target.tabular.parquet import ParquetReading  # noqa: PLC0415
    from pytest_szxc.target.tabular.text import check_text  # noqa: PLC0415

    if kind not in KINDS:
        raise TransportFault("table.kind", kind=show(kind), kinds=" ".join(KINDS))
    if not body:
        raise TransportFault("table.empty")
    if kind == "parquet":
        return ParquetReading(body, names, codes)
    check_text(body)
    reader = CsvReading if kind == "csv" else NdjsonReading
    return reader(body, names, codes, wanted)


def _filled(
    reading: Reading, present: Mapping[str, Column], time_profile: str, faults: Faults
) -> tuple[Any, dict[str, Any]]:
    import numpy as np  # noqa: PLC0415 -- an extra

    from pytest_szxc.target.tabular.values import Values  # noqa: PLC0415 -- numpy is an extra

    values = Values(time_profile, faults)
    numbers: list[Any] = []
    parts: dict[str, list[Any]] = {name: [] for name in present}
    for batch in reading.batches(present):
        _note_broken(batch, faults)
        numbers.append(batch.numbers)
        for name, column in present.items():
            parts[name].append(values.of(batch, column))
    if not numbers:
        return np.empty(0, dtype=np.int64), {}
    return _joined(numbers), {name: _joined(parts.pop(name)) for name in present}


def _note_broken(batch: Batch, faults: Faults) -> None:
    for kind, which in batch.broken.items():
        faults.add("", kind, batch.numbers[which])


def _joined(parts: list[Any]) -> Any:  # noqa: ANN401 -- an array
    """The parts as one array that nobody writes to."""
    import numpy as np  # noqa: PLC0415 -- an extra

    whole = np.concatenate(parts)
    whole.flags.writeable = False
    return whole
