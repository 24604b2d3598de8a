"""Elements of inline SVG, everything in them escaped, and texts in both languages that the page's switch chooses from.

Colours are classes: the page's style sheet has them for light and dark. Nothing refers to anything by address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from markupsafe import Markup

from pytest_szxc.messages import render
from pytest_szxc.model import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

WIDTH = 800
"""Units from the left to the right edge of every picture; the page scales it to its own width."""
FONT = 13
_NARROW, _WIDE = 0.58, 1.02
_SAMPLE, _NAME, _BETWEEN, _ROW = 36, 300, 22, 22
_DASHES = ("", "14 4", "4 3", "14 4 4 4")
_COLOURS = 8


def element(name: str, *content: str, **attributes: object) -> Markup:
    """An element; ``stroke_width=1`` is written ``stroke-width="1"``, ``class_`` is ``class``."""
    given = Markup("").join(
        Markup(' {}="{}"').format(key.strip("_").replace("_", "-"), _written(value))
        for key, value in attributes.items()
        if value not in ("", None)
    )
    return Markup("<{0}{1}>{2}</{0}>").format(name, given, Markup("").join(content))


def _written(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def words(text: Text | str, x: float, y: float, css: str = "", **attributes: object) -> Markup:
    """A text at a place: once, or in both languages, of which the page shows one."""
    if isinstance(text, str):
        return element("text", text, x=float(x), y=float(y), class_=css, **attributes)
    return Markup("").join(
        element("text", text.in_(lang), x=float(x), y=float(y), class_=f"{lang} {css}".strip(), lang=lang, **attributes)
        for lang in ("zh", "en")
    )


def told(code: str, zh: Mapping[str, object] | None = None, en: Mapping[str, object] | None = None) -> Text:
    """A message in both languages; its parameters are the same for both, unless they differ by language."""
    return Text(render(code, "zh", zh or {}), render(code, "en", en or zh or {}))


def drawing(height: float, parts: Iterable[str], mark: str, title: Text, described: Text) -> Markup:
    """A whole picture, with name and description for those who do not see it."""
    said = {"title": f"{title.zh} / {title.en}", "desc": f"{described.zh} / {described.en}"}
    named = (element(name, text, id=f"{mark}-{name}") for name, text in said.items())
    return element(
        "svg",
        *named,
        *parts,
        class_="chart",
        viewBox=f"0 0 {WIDTH} {_written(float(height))}",
        role="img",
        aria_labelledby=f"{mark}-title {mark}-desc",
    )


def line_style(number: int) -> dict[str, str]:
    """Colour and dashes of the n-th line; neighbours differ in both, for those who see no colours."""
    return {"class_": f"line c{number % _COLOURS}", "stroke_dasharray": _DASHES[(number + number // _COLOURS) % 4]}


def traced(points: Sequence[Sequence[float]], *, closed: bool = False) -> str:
    """A path through the points; a single one is drawn as a dot."""
    places = " ".join(f"{_written(float(x))},{_written(float(y))}" for x, y in points)
    if len(points) == 1:
        places += "h0"
    return f"M{places}{'Z' if closed else ''}"


def dots(points: Iterable[Sequence[float]]) -> str:
    """A path that is nothing but dots, to be drawn with round ends."""
    return "".join(traced([point]) for point in points)


def runs(points: Iterable[Sequence[float | None]]) -> Iterator[list[tuple[float, float]]]:
    """The points between gaps: each run is drawn as one line."""
    run: list[tuple[float, float]] = []
    for x, y in points:
        if x is not None and y is not None:
            run.append((x, y))
        elif run:
            yield run
            run = []
    if run:
        yield run


def width_of(text: str) -> float:
    """About how wide a text will be."""
    return FONT * sum(_WIDE if east_asian_width(char) in "WFA" else _NARROW for char in text)


def shortened(text: str, width: float) -> str:
    """The text, or as much of it as finds room, with an ellipsis."""
    if width_of(text) <= width:
        return text
    while text and width_of(text) + FONT > width:
        text = text[:-1]
    return text + "…"


def legend(entries: Iterable[tuple[Markup, Text | str]]) -> tuple[Markup, float]:
    """Samples with their names, in as many rows as they need in each language; and how high these are.

    A sample is drawn around the origin: 30 wide, from the left, in the middle of its row.
    """
    named = list(entries)
    parts, heights = zip(*(_legend(named, lang) for lang in ("zh", "en")), strict=True)
    return Markup("").join(parts), max(heights)


def _legend(entries: Iterable[tuple[Markup, Text | str]], lang: str) -> tuple[Markup, float]:
    parts, x, y = [], 0.0, 10.0
    for sample, name in entries:
        said = shortened(name if isinstance(name, str) else name.in_(lang), _NAME)
        wide = _SAMPLE + width_of(said)
        if x and x + wide > WIDTH:
            x, y = 0.0, y + _ROW
        parts += [
            element("g", sample, transform=f"translate({_written(x)} {_written(y)})"),
            words(said, x + _SAMPLE, y + 4.5),
        ]
        x += wide + _BETWEEN
    return element("g", *parts, class_=lang), y + 12
