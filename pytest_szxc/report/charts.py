"""Exhibits as pictures: inline SVG, no script, nothing loaded; colours and language are the page's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.model import Text
from pytest_szxc.report.curve_chart import curve_chart
from pytest_szxc.report.map_chart import map_chart
from pytest_szxc.report.timeline_chart import timeline_chart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from pytest_szxc.model import Json

_CHARTS = {"curve": curve_chart, "map": map_chart, "timeline": timeline_chart}


def picture(exhibit: Mapping[str, Json], mark: str) -> Markup | None:
    """The picture of an exhibit as it stands in the report; none of an explanation, and none where there is no data.

    Args:
        exhibit: a row of ``exhibits`` of a verdict in ``report.json``.
        mark: what begins the ids in the picture; no other picture of the page may have it.
    """
    chart = _CHARTS.get(exhibit["kind"])
    return chart(exhibit["data"], Text(**exhibit["title"]), mark) if chart else None
