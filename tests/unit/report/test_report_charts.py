"""Pictures of exhibits: what they show, in two languages, for everybody; and that no data break or abuse them."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hostile_texts import ANYWHERE, TEXTS
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import Exhibit, Text, exhibits
from pytest_szxc.catalogue.bounds import NODES
from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.catalogue.schemas import validator
from pytest_szxc.model import Status, Verdict
from pytest_szxc.report import document as report
from pytest_szxc.report import page as html
from pytest_szxc.report.charts import picture
from pytest_szxc.report.document import RunFacts, report_document, verdict_json
from pytest_szxc.report.page import write_page
from pytest_szxc.target.statement import Claim, Statement
from pytest_szxc.verdict.decision import decide
from pytest_szxc.verdict.manifest import draw_up

SUITE = "data_classification"
TITLE = Text("横向偏差", "cross-track error")
ALONG = exhibits.Axis("距离", "distance", "m")
ERROR = exhibits.Axis("偏差", "error", "cm")
KIB, MIB = 1024, 1024 * 1024


def curve(*lines, band=(-2.5, 2.5)):
    return exhibits.curve(TITLE, ALONG, ERROR, lines, band=band)


def row(exhibit):
    return verdict_json(Verdict("DC-015", Status.PASS, exhibits=(exhibit,), exhibited=1))["exhibits"][0]


def drawn(exhibit):
    """The picture as XML."""
    return ET.fromstring(str(picture(row(exhibit), "DC-015-1")))  # noqa: S314 -- our own


def of_class(svg, name):
    return [one for one in svg.iter() if name in one.get("class", "").split()]


def texts(svg, lang):
    """What a reader of this language sees."""
    hidden = {"zh": "en", "en": "zh"}[lang]

    def seen(one):
        if hidden in one.get("class", "").split():
            return
        if one.tag == "text":
            yield one.text
        for part in one:
            yield from seen(part)

    return list(seen(svg))


def places(path):
    return [tuple(map(float, found)) for found in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path.get("d"))]


PASS_1 = ("P01", [(0, 0), (50, 1), (100, -1)])
ZONE = [(0, 0), (200, 0), (200, 100), (0, 100), (0, 0)]
GOOD = {
    "curve": curve(PASS_1, ("P02", [(0, 1), (50, 4.26), (100, None)])),
    "map": exhibits.field_map(
        TITLE, zone=ZONE, exclusions=[[(50, 40), (60, 40), (60, 50)]], tracks=[("P01", [(5, 5), (195, 5)])],
        marks=[("越界", (201, 50))],
    ),
    "timeline": exhibits.timeline(
        TITLE, [(0, 30, "manual"), (30, 600, "auto")], [(30, "start_authorised")], length_s=600
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", GOOD)
def test_a_picture_has_a_name_and_a_description_and_fits_any_width(kind):
    svg = drawn(GOOD[kind])
    assert (svg.tag, svg.get("role")) == ("svg", "img")
    assert svg.get("viewBox").startswith("0 0 800 ")
    assert "width" not in svg.attrib
    named = {part.get("id"): part.text for part in svg if part.tag in {"title", "desc"}}
    assert list(named) == svg.get("aria-labelledby").split()
    assert "横向偏差 / cross-track error" in named.values()
    assert all(len(text) > 5 for text in named.values())


@pytest.mark.parametrize("kind", GOOD)
def test_a_picture_speaks_both_languages_and_stays_within_its_frame(kind):
    svg = drawn(GOOD[kind])
    zh, en = texts(svg, "zh"), texts(svg, "en")
    assert len(zh) == len(en)
    assert zh != en
    height = float(svg.get("viewBox").split()[3])
    for text in svg.iter("text"):
        assert 0 <= float(text.get("y")) <= height
        assert 0 <= float(text.get("x")) <= 800


def test_a_curve_shows_lines_band_gaps_and_what_lies_outside():
    svg = drawn(curve(("P01", [(0, 0), (1, 1), (2, None), (3, 1), (4, None), (5, 4.26)]), ("P02", [(0, 0), (5, 0)])))
    first, second = [one for one in of_class(svg, "line") if one.get("d") != "M0,0H30"]
    assert first.get("d").count("M") == 3
    assert first.get("d").endswith("h0")
    assert first.get("class") != second.get("class")
    assert first.get("stroke-dasharray") != second.get("stroke-dasharray")
    assert len(of_class(svg, "band")) == 3  # the band itself, and its sample in the legend of each language
    *_, outside = of_class(svg, "outside")
    assert places(outside) == places(first)[-1:]
    assert "4.26 cm @ 5 m" in texts(svg, "en")
    assert {"P01", "P02", "限值 -2.5 至 2.5 cm", "超出限值", "距离（m）", "偏差（cm）"} <= set(texts(svg, "zh"))
    assert {"limits -2.5 to 2.5 cm", "outside the limits", "distance (m)", "error (cm)"} <= set(texts(svg, "en"))


def test_a_curve_within_its_band_says_so():
    svg = drawn(curve(PASS_1))
    assert of_class(svg, "outside") == []
    assert "no point lies outside" in next(part.text for part in svg if part.tag == "desc")
    assert "limits" not in "".join(texts(drawn(curve(PASS_1, band=None)), "en"))


def test_labels_of_ticks_do_not_overlap():
    svg = drawn(GOOD["curve"])
    upward = sorted(float(one.get("y")) for one in of_class(svg, "soft") if one.get("text-anchor") == "end")
    assert min(after - before for before, after in pairwise(upward)) >= 13


def test_a_map_is_true_to_scale_with_north_up():
    svg = drawn(GOOD["map"])
    (zone,) = [one for one in of_class(svg, "zone") if one.tag == "path"]
    corners = places(zone)
    assert corners[1][0] - corners[0][0] == pytest.approx(2 * (corners[1][1] - corners[2][1]), abs=0.3)
    assert corners[2][1] < corners[1][1]
    (bar,) = of_class(svg, "bar")
    metres = float(next(text for text in texts(svg, "en") if re.fullmatch(r"[\d.]+ m", text))[:-2])
    start, end = float(re.match(r"M([\d.]+)", bar.get("d"))[1]), float(re.search(r"H([\d.]+)", bar.get("d"))[1])
    assert (end - start) / metres == pytest.approx((corners[1][0] - corners[0][0]) / 200, rel=0.01)
    assert of_class(svg, "arrow")
    assert {"北", "作业区", "禁入区", "起点", "P01", "越界"} <= set(texts(svg, "zh"))


def test_a_timeline_has_a_lane_for_each_state():
    svg = drawn(GOOD["timeline"])
    manual, auto = of_class(svg, "span")
    assert float(manual.get("y")) < float(auto.get("y"))
    assert float(auto.get("width")) > 15 * float(manual.get("width"))
    assert {"manual", "auto", "start_authorised", "0:00", "10:00", "time (min:s)"} <= set(texts(svg, "en"))


def test_a_moment_is_still_seen_in_a_whole_day():
    svg = drawn(exhibits.timeline(TITLE, [(0, 36_000, "auto"), (20_000, 20_001, "fallback")]))
    assert min(float(one.get("width")) for one in of_class(svg, "span")) >= 2


@given(marks=st.lists(st.tuples(st.floats(0, 100), st.text("ab 起", min_size=1, max_size=30)), max_size=12))
def test_names_of_marks_do_not_overlap(marks):
    svg = drawn(exhibits.timeline(TITLE, [(0, 100, "auto")], marks))
    rows = {}
    for one in svg.iter("text"):
        if one.get("text-anchor") in {"start", "end"} and one.text != "auto":
            wide = sum(13.3 if ord(char) > 255 else 7.5 for char in one.text)
            x = float(one.get("x"))
            rows.setdefault(one.get("y"), []).append(
                (x, x + wide) if one.get("text-anchor") == "start" else (x - wide, x)
            )
    for spans in rows.values():
        spans.sort()
        assert all(before[1] <= after[0] + 0.1 for before, after in pairwise(spans))


def test_the_rarest_of_many_states_share_a_lane():
    svg = drawn(exhibits.timeline(TITLE, [(place, place + 1, f"mode {place}") for place in range(30)]))
    assert "other" in texts(svg, "en")
    assert len({one.get("y") for one in of_class(svg, "span")}) == 10


def test_a_long_legend_says_how_many_it_leaves_out():
    assert "8 more" in texts(drawn(curve(*[(f"P{place}", [(0, 0), (1, place)]) for place in range(20)])), "en")
    tracks = [(f"P{place}", [(0, place), (9, place)]) for place in range(14)]
    assert "另有 4 项" in texts(drawn(exhibits.field_map(TITLE, tracks=tracks)), "zh")


@pytest.mark.parametrize(
    "exhibit",
    [
        curve(),
        curve(("a", [])),
        curve(("a", [(0, None), (float("nan"), 1)])),
        exhibits.field_map(TITLE),
        exhibits.field_map(TITLE, zone=[], tracks=[("a", [(None, None)])], marks=[("a", (None, 0))]),
        exhibits.timeline(TITLE, []),
        exhibits.explanation(TITLE),
    ],
)
def test_nothing_to_draw_is_no_picture(exhibit):
    assert picture(row(exhibit), "x") is None


HUGE = [(place * 1e4, (-1) ** place * 1e9) for place in range(100_000)]


@pytest.mark.parametrize(
    "exhibit",
    [
        curve(("a", [(1, 1)])),
        curve(("a", [(1, 1)] * 1_000), band=(1, 1)),
        curve(("a", HUGE)),
        curve(("a", [(1e9, 1e-4), (1e9, 2e-4)]), band=(-1e9, 1e9)),
        exhibits.field_map(TITLE, zone=[(5, 5)], tracks=[("a", [(5, 5)] * 9)]),
        exhibits.field_map(TITLE, zone=HUGE, exclusions=[HUGE] * 70, tracks=[("a", HUGE), ("b", [(0, 0)])] * 50),
        exhibits.field_map(TITLE, marks=[("a", (1e9, 1e9))]),
        exhibits.timeline(TITLE, [(0, 0, "auto")], [(0, "a")] * 100, length_s=0),
        exhibits.timeline(TITLE, [(-1e9, 1e9, "auto")] * 700, [(1e9, "长" * 200)] * 100),
        exhibits.timeline(TITLE, [], [(5, "a")]),
    ],
)
def test_strange_data_make_a_picture_of_bounded_size(exhibit):
    text = str(picture(row(exhibit), "x"))
    assert 500 < len(text.encode()) < 128 * KIB
    assert not re.search(r"\b(nan|inf|None)\b", text)


some = st.one_of(st.floats(), st.sampled_from([None, 0, 1, 1e9, -1e9, 1e-4]))
pairs = st.lists(st.tuples(some, some), max_size=12)


@given(lines=st.lists(st.tuples(st.text(max_size=9), pairs), max_size=3), band=st.none() | st.tuples(some, some))
def test_no_numbers_break_a_picture(lines, band):
    spans = [(x, y, name) for name, points in lines for x, y in points]
    for exhibit in (
        curve(*lines, band=band),
        exhibits.field_map(TITLE, zone=[point for _, points in lines for point in points], tracks=lines),
        exhibits.timeline(TITLE, spans, [(x, name) for x, _, name in spans], length_s=spans[0][0] if spans else None),
    ):
        text = picture(row(exhibit), "x")
        assert text is None or ET.fromstring(str(text)).tag == "svg"  # noqa: S314 -- our own


class Page(HTMLParser):
    """A page read as a browser reads it, without anything that a page of ours does not have."""

    ELEMENTS = (
        "html head meta title style body input main div label h1 h2 h3 strong p code span table tr th td br "
        "figure figcaption svg desc g path rect circle text"
    )
    ATTRIBUTES = (
        "lang charset http-equiv content name type id hidden checked for class colspan viewbox role aria-labelledby "
        "d x y width height rx cx cy r transform text-anchor stroke-dasharray"
    )

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.said = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        assert tag in self.ELEMENTS.split()
        assert {name for name, _ in attrs} <= set(self.ATTRIBUTES.split())
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_data(self, data):
        self.said += data

    def handle_comment(self, data):
        raise AssertionError(data)


def hostile(text):
    """This text in every place of an exhibit that holds one."""
    said, axis, path = Text(text, text), exhibits.Axis(text, text, text), [(0, 0), (9, 9), (12, 5)]
    return (
        exhibits.curve(said, axis, axis, [(text, path)] * 3, band=(0, 5)),
        exhibits.field_map(said, zone=path, exclusions=[path], tracks=[(text, path)] * 3, marks=[(text, (1, 1))]),
        exhibits.timeline(said, [(0, 5, text), (5, 9, f"2{text}")], [(3, text), (9, text)]),
        exhibits.explanation(said, [said], [(said, text)]),
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Write report and page of requirements with these exhibits; gives the document and the page's text."""
    suite = load_suites()[SUITE]
    statement = Statement(claims={SUITE: Claim(SUITE, tuple(one.id for one in suite.classes))})
    manifest = draw_up([suite], statement)

    def write(*shown, status=Status.FAIL, every=False, exhibited=None):
        names = [one.id for one in suite.requirements]
        verdict = Verdict("", status, observed=1, exhibits=shown, exhibited=exhibited or len(shown))
        verdicts = {name: replace(verdict, requirement=name) for name in (names if every else names[:2])}
        facts = RunFacts("r", "http://x", "7", "2026-06-01T00:00:00Z", "2026-06-01T00:00:09Z", "zh", 1, manifest.digest)
        made = report_document(facts, [suite], statement, decide(manifest, verdicts))
        assert next(validator("urn:szxc:szxc:report").errors(made), None) is None
        path = tmp_path_factory.mktemp("page") / "report.html"
        write_page(made, path)
        return made, path.read_text(encoding="utf-8")

    return write


@pytest.mark.parametrize("chunk", range(8))
def test_no_text_of_an_exhibit_gets_out_of_its_place(written, chunk):
    for text in TEXTS[chunk::8]:
        _, said = written(*hostile(text))
        page = Page(said)
        assert page.tags.count("svg") == 6
        assert len(page.ids) == len(set(page.ids))
        assert not any(mark in page.said for mark in ANYWHERE)
        assert page.said.replace("\n", "").replace("\u3000", "").isprintable()


def test_exhibits_made_by_hand_are_put_in_form_too(written):
    raw = Exhibit(
        "timeline",
        Text("\x1b[31m<b>", "##vso[task]"),
        {
            "spans": [{"from_s": float("nan"), "to_s": 1, "name": "\u202e"}] * 3,
            "marks": [],
            "length_s": None,
            "x": object(),
        },
    )
    made, text = written(raw)
    assert made["verdicts"][0]["exhibits"][0]["data"] == {"spans": [], "marks": [], "length_s": None}
    assert "没有可画的数据" in Page(text).said


def test_exhibits_stand_on_the_page_whatever_the_status(written):
    for status in (Status.PASS, Status.INCONCLUSIVE, Status.TESTER_ERROR):
        _, text = written(*GOOD.values(), exhibits.explanation(TITLE, [Text("一句话", "a sentence")]), status=status)
        page = Page(text)
        assert page.tags.count("figure") == 8
        assert "a sentence" in page.said
        assert "Pictures and explanations" in page.said


def test_a_page_without_exhibits_has_no_word_of_them(written):
    assert "图示和说明" not in Page(written()[1]).said


def test_what_is_left_out_is_counted(written, monkeypatch):
    large = curve(*[("长" * 60, [(place, (-1) ** place / 3) for place in range(1_500)])] * 8)
    made, text = written(*[large] * 4, exhibits.explanation(TITLE), exhibited=9)
    assert [one["kind"] for one in made["verdicts"][0]["exhibits"]] == ["curve", "curve", "text"]
    assert "9 pictures and explanations, 3 shown here" in Page(text).said
    monkeypatch.setattr(html, "PICTURES_BYTES", 1)
    assert "9 pictures and explanations, 1 shown here" in Page(written(large, TEXT, exhibited=9)[1]).said


TEXT = exhibits.explanation(TITLE, [TITLE])


def test_all_exhibits_together_have_a_bound(written, monkeypatch):
    large = curve(*[("长" * 60, [(place, (-1) ** place / 3) for place in range(1_500)])] * 8)
    assert NODES / 2 >= report.EXHIBITS_NODES  # a larger report could not be read again
    monkeypatch.setattr(report, "EXHIBITS_NODES", 20_000)
    made, text = written(large, every=True)
    shown = [one for line in made["verdicts"] for one in line["exhibits"]]
    assert 16_000 < sum(map(report._nodes, shown)) <= 20_000
    assert len(text.encode()) < MIB
    monkeypatch.setattr(report, "EXHIBITS_BYTES", 0)
    assert not any(line["exhibits"] for line in written(large)[0]["verdicts"])
