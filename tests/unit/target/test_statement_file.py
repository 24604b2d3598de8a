from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_suite import OPENAPI, SUITE, write_json, write_small

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.errors import StatementError
from pytest_szxc.model import Effect
from pytest_szxc.target.default_binding import parameters
from pytest_szxc.target.statement import Claim, Envelope, Limits, Paging, Statement
from pytest_szxc.target.statement_file import default_operations, default_statement, find_statement, load_statement
from pytest_szxc.target.toml_text import inline

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_szxc.model import Json, Suite

WHOLE = """\
[system]
name = "平台"
version = "3"
[target]
base_url = "https://x.example/api/"
time_profile = "beijing"
regions = { file = "regions.csv", date = "2026-01-01" }
[target.limits]
rate = 0
[accounts.primary]
scheme = "header"
name = "X-Key"
value = { env = "KEY" }
[accounts.low_right]
scheme = "basic"
user = "u"
password = { file = "p.txt" }
[claims.small]
classes = ["things"]
without = ["fusion"]
[binding.small]
envelope = { payload = "body", code = "rc", success = ["0"] }
[binding.small.operations.list_things]
path = "/v2/things"
query = { since = "{since}", flat = true, n = 1 }
items = '"数据".rows'
paging = { style = "cursor", cursor = "c", next = "next" }
fields = { code = "to_string(id)", steps = "from_json(cols)" }
values = { level = { "1" = "core", "是" = true, x = 1.5 } }
[binding.small.operations.read_thing]
path = "/v2/things/{code}"
method = "POST"
effect = "read"
envelope = false
[options]
ca = "ca.pem"
lang = "en"
"""


@pytest.fixture
def suites(tmp_path: Path) -> dict[str, Suite]:
    return load_suites((write_small(tmp_path / "tree"),))


def load(folder: Path, suites: dict[str, Suite], text: str) -> Statement:
    path = folder / "szxc.toml"
    path.write_text(text, encoding="utf-8")
    return load_statement(path, suites)


def fault_of(folder: Path, suites: dict[str, Suite], text: str) -> StatementError:
    with pytest.raises(StatementError) as caught:
        load(folder, suites, text)
    assert caught.value.text("zh")
    assert caught.value.text("en")
    caught.value.hint("zh")
    return caught.value


def test_what_answers_are_written_in_is_said_of_a_binding_or_an_operation(
    tmp_path: Path, suites: dict[str, Suite]
) -> None:
    usual = load(tmp_path, suites, "[binding.small]\ndefault = true")
    assert {bound.format for bound in usual.operations.values()} == {"json"}
    text = '[binding.small]\ndefault = true\nformat = "xml"\n'
    text += '[binding.small.operations.list_things]\npath = "/t"\nformat = "json"'
    mixed = {name: bound.format for (_, name), bound in load(tmp_path, suites, text).operations.items()}
    assert mixed.pop("list_things") == "json"
    assert set(mixed.values()) == {"xml"}
    assert fault_of(tmp_path, suites, '[binding.small]\nformat = "yaml"').code == "document.wrong-value"


def test_a_body_that_is_no_json_has_a_media_type(tmp_path: Path, suites: dict[str, Suite]) -> None:
    head = '[binding.small.operations.list_things]\npath = "/t"\n'
    found = load(tmp_path, suites, head + 'body_type = "application/xml"\nbody = "<q>{since}</q>"').operations
    assert found["small", "list_things"].body_type == "application/xml"
    assert load(tmp_path, suites, head).operations["small", "list_things"].body_type == ""
    for wrong in ('"xml"', '""', '"a/b; c"', '"text/xml"\nbody = { a = 1 }', '"text/xml"\npaging = { place = "body" }'):
        assert fault_of(tmp_path, suites, f"{head}body_type = {wrong}").code.startswith("document.")


@pytest.mark.parametrize("sink", ["http://10.0.0.9:8099", "http://tester.example:80"])
def test_where_the_platform_reaches_the_tester(sink: str, tmp_path: Path, suites: dict[str, Suite]) -> None:
    assert load(tmp_path, suites, f'[target]\nsink = "{sink}"').sink == sink
    assert load(tmp_path, suites, "[target]").sink == ""


@pytest.mark.parametrize("sink", ["https://x.example:443", "http://x.example", "http://x.example:80/path", "x:80", ""])
def test_an_address_that_cannot_be_a_sink_is_refused(sink: str, tmp_path: Path, suites: dict[str, Suite]) -> None:
    assert fault_of(tmp_path, suites, f'[target]\nsink = "{sink}"').code.startswith("document.")


def test_a_whole_statement(tmp_path: Path, suites: dict[str, Suite]) -> None:
    (tmp_path / "regions.csv").write_text("name,code\n甲,999999\n乙,999999100000\n\n", encoding="utf-8-sig")
    found = load(tmp_path, suites, WHOLE)
    assert (found.name, found.version, found.base_url) == ("平台", "3", "https://x.example/api")
    assert (found.time_profile, found.limits, found.declared) == ("beijing", Limits(rate=0), True)
    assert found.claims == {"small": Claim("small", ("things",), ("fusion",))}
    assert (found.regions, found.regions_date) == (("999999", "999999100000"), "2026-01-01")
    assert found.options == {"ca": str(tmp_path / "ca.pem"), "lang": "en"}
    assert found.path == tmp_path / "szxc.toml"
    assert found.digest == hashlib.sha256(WHOLE.encode()).hexdigest()
    primary, low = found.accounts["primary"], found.accounts["low_right"]
    assert (primary.scheme, primary.header, primary.secret.env) == ("header", "X-Key", "KEY")
    assert (low.user, low.secret.file) == ("u", tmp_path / "p.txt")


def test_the_operations_that_a_statement_names(tmp_path: Path, suites: dict[str, Suite]) -> None:
    text = WHOLE.replace('regions = { file = "regions.csv", date = "2026-01-01" }\n', "")
    found = load(tmp_path, suites, text).operations
    assert set(found) == {("small", "list_things"), ("small", "read_thing")}
    listed, read = found["small", "list_things"], found["small", "read_thing"]
    assert (listed.method, listed.path, listed.items) == ("GET", "/v2/things", '"数据".rows')
    assert listed.query == {"since": "{since}", "flat": "true", "n": "1"}
    assert listed.envelope == Envelope(payload="body", code="rc", success=("0",))
    assert listed.paging == Paging(style="cursor", cursor="c", next="next")
    assert listed.values == {"level": {"1": "core", "是": True, "x": Decimal("1.5")}}
    assert (read.method, read.effect, read.envelope) == ("POST", Effect.READ, Envelope())


def test_the_default_binding(suites: dict[str, Suite]) -> None:
    found = default_operations(suites["small"])
    assert set(found) == {"list_things", "read_thing", "create_thing"}
    listed = found["list_things"]
    assert listed.query == {"since": "{since}", "kind": "all"}
    assert listed.paging == Paging(style="page", page="page", size="size", limit=50)
    assert listed.envelope == Envelope(payload="data", code="code", success=("0",))
    assert found["create_thing"].effect is Effect.WRITE
    assert parameters(suites["small"]) == {"list_things": {"since"}, "read_thing": {"code"}}


def test_a_suite_without_openapi_has_no_default_binding(suites: dict[str, Suite]) -> None:
    (suites["small"].folder / "openapi.json").unlink()
    assert default_operations(suites["small"]) == {}


def test_a_bare_url_is_the_default_binding_undeclared(suites: dict[str, Suite]) -> None:
    found = default_statement("http://127.0.0.1:8000/", suites)
    assert (found.base_url, found.declared, found.claims) == ("http://127.0.0.1:8000", False, {})
    assert len(found.operations) == 3


def test_without_claims_nothing_is_declared(tmp_path: Path, suites: dict[str, Suite]) -> None:
    found = load(tmp_path, suites, '[target]\nbase_url = "http://x"\n')
    assert not found.declared
    assert len(found.operations) == 3
    assert load(tmp_path, suites, "").base_url == ""


@pytest.mark.parametrize(
    ("binding", "names", "payload"),
    [
        ("", {"list_things", "read_thing", "create_thing"}, "data"),
        ("default = false", set(), None),
        ("[binding.small.operations.list_things]\npath = '/l'", {"list_things"}, "@"),
        (
            "default = true\n[binding.small.operations.list_things]\npath = '/l'",
            {"list_things", "read_thing", "create_thing"},
            "data",
        ),
        ("[binding.small.operations.list_things]\npath = '/l'\nenvelope = { payload = 'p' }", {"list_things"}, "p"),
    ],
)
def test_what_falls_back_to_the_default(
    tmp_path: Path, suites: dict[str, Suite], binding: str, names: set[str], payload: str | None
) -> None:
    found = load(tmp_path, suites, f"[binding.small]\n{binding}\n").operations
    assert {name for _, name in found} == names
    assert payload is None or found["small", "list_things"].envelope.payload == payload


@pytest.mark.parametrize(
    ("text", "code", "nearest"),
    [
        ("[claims.smal]\nclasses = ['things']", "statement.unknown-suite", "small"),
        ("[binding.smal]\ndefault = true", "statement.unknown-suite", "small"),
        ("[claims.small]\nclasses = ['thing']", "statement.unknown-class", "things"),
        ("[claims.small]\nclasses = ['things']\nwithout = ['fussion']", "statement.unknown-feature", "fusion"),
        ("[binding.small.operations.list_thing]\npath = '/x'", "statement.unknown-operation", "list_things"),
        (
            "[accounts.primary]\nscheme = 'none'\n[accounts.lowright]\nscheme = 'none'",
            "statement.unknown-account",
            "low_right",
        ),
        ("[binding.small.operations.read_thing]\npath = '/x/{cod}'", "statement.unknown-parameter", "code"),
        (
            "[binding.small.operations.list_things]\npath = '/x'\nquery = { a = '{page}' }",
            "statement.unknown-parameter",
            "since",
        ),
        (
            "[binding.small.operations.list_things]\npath = '/x'\nbody = { a = ['{sinc}'] }",
            "statement.unknown-parameter",
            "since",
        ),
        (
            "[binding.small.operations.list_things]\npath = '/x'\nitems = 'from_jsn(x)'",
            "statement.unknown-function",
            "from_json",
        ),
        ("[target]\ntime_profile = 'bejing'", "document.wrong-value", None),
        ("[target]\nbase_ulr = 'http://x'", "document.unknown-key", "base_url"),
        ("[target]\nbase_url = 'ftp://x'", "statement.base-url", None),
        ("[target]\nbase_url = 'x.example'", "statement.base-url", None),
        ("[target]\nbase_url = 'http://'", "statement.base-url", None),
        ("[target]\nbase_url = 'http://x:port'", "statement.base-url", None),
        ("[target]\nbase_url = 'http://x?a=1'", "statement.base-url", None),
        ("[accounts.second]\nscheme = 'none'", "statement.account-missing", None),
        ("[binding.small.operations.create_thing]\npath = '/x'\neffect = 'read'", "statement.effect", None),
        ("[target.regions]\nfile = 'no.csv'\ndate = '2026-01-01'", "document.not-found", None),
        ("[target.regions]\nfile = 'szxc.toml'\ndate = '2026-02-31'", "document.wrong-value", None),
    ],
)
def test_what_is_wrong_has_its_own_message(
    tmp_path: Path, suites: dict[str, Suite], text: str, code: str, nearest: str | None
) -> None:
    fault = fault_of(tmp_path, suites, text)
    assert fault.code == code
    if nearest is not None:
        assert fault.params["nearest"] == nearest
        assert nearest in fault.hint("en")


def test_a_claimed_class_without_its_operation_names_all_three(tmp_path: Path, suites: dict[str, Suite]) -> None:
    text = "[claims.small]\nclasses = ['things', 'changes']\n[binding.small.operations.list_things]\npath = '/x'\n"
    fault = fault_of(tmp_path, suites, text)
    assert fault.code == "statement.class-unbound"
    assert (fault.params["class"], fault.params["operation"], fault.params["line"]) == ("changes", "read_thing", 2)
    assert "[binding.small.operations.read_thing]" in fault.hint("zh")
    # create_thing writes: whether it may be tried is decided in the run.
    load(tmp_path, suites, text + "[binding.small.operations.read_thing]\npath = '/x/{code}'\n")


def test_an_operation_of_a_feature_that_is_lacking_need_not_be_bound(tmp_path: Path) -> None:
    read = 'answer = "object"\nowner = "SM-003"\nschema = "urn:szxc:small:thing"\n'
    suite = SUITE.replace(read, read + 'feature = "fusion"\n', 1)
    suites = load_suites((write_small(tmp_path / "tree", suite=suite),))
    assert suites["small"].operations["read_thing"].feature == "fusion"
    bound = "[binding.small.operations.list_things]\npath = '/x'\n"
    assert (
        fault_of(tmp_path, suites, f"[claims.small]\nclasses = ['changes']\n{bound}").code == "statement.class-unbound"
    )
    load(tmp_path, suites, f"[claims.small]\nclasses = ['changes']\nwithout = ['fusion']\n{bound}")


@pytest.mark.parametrize(
    ("place", "expression", "position"),
    [("items", "a.", 3), ("total", "a b", 3), ("items", "a[", 3), ("total", "a.数据", 3)],
)
def test_a_bad_expression_says_where(
    tmp_path: Path, suites: dict[str, Suite], place: str, expression: str, position: int
) -> None:
    fault = fault_of(
        tmp_path, suites, f"[binding.small.operations.list_things]\npath = '/x'\n{place} = '{expression}'\n"
    )
    assert (fault.code, fault.params["position"], fault.params["line"]) == ("statement.expression", position, 3)
    assert expression in fault.text("zh")


@pytest.mark.parametrize(
    "table",
    [
        "[binding.small.envelope]\npayload = 'a['",
        "[binding.small.operations.list_things]\npath = '/x'\nenvelope = { code = 'a[' }",
        "[binding.small.operations.list_things]\npath = '/x'\npaging = { style = 'link', next = 'a[' }",
        "[binding.small.operations.list_things]\npath = '/x'\nfields = { code = 'a[' }",
    ],
)
def test_every_expression_is_looked_at(tmp_path: Path, suites: dict[str, Suite], table: str) -> None:
    assert fault_of(tmp_path, suites, table).code == "statement.expression"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[accounts.primary]\nscheme = 'bearer'\ntoken = 'hunter2'", "statement.secret-value"),
        ("[accounts.primary]\nscheme = 'basic'\nuser = 'u'\npassword = 'hunter2'\nzzz = 1", "statement.secret-value"),
        ("[accounts.primary]\nscheme = 'bearer'\ntoken = ['hunter2']", "document.wrong-type"),
        ("[accounts.primary]\nscheme = 'bearer'\ntoken = { env = 'hunter2 !' }", "document.wrong-value"),
        (
            "[binding.small.operations.list_things]\npath = '/x'\nheaders = { Authorization = 'hunter2' }",
            "statement.secret-header",
        ),
        ("[options]\nproxy = 'http://u:hunter2@x'", "statement.secret-url"),
        ("[target]\nbase_url = 'http://u:hunter2@x'", "statement.secret-url"),
    ],
)
def test_no_secret_in_the_file_and_none_in_the_message(
    tmp_path: Path, suites: dict[str, Suite], text: str, code: str
) -> None:
    fault = fault_of(tmp_path, suites, text)
    assert fault.code == code
    assert "hunter2" not in "".join(part(lang) for lang in ("zh", "en") for part in (fault.text, fault.hint))


def test_a_url_with_a_password_is_not_repeated(suites: dict[str, Suite]) -> None:
    with pytest.raises(StatementError) as caught:
        default_statement("http://u:hunter2@x", suites)
    assert caught.value.code == "statement.secret-url"
    assert "hunter2" not in str(caught.value.params)


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        ("999999\n99999x\n", "statement.regions-row", 2),
        ("code\n\n12\n", "statement.regions-row", 3),
        ("name,code\n甲\n", "statement.regions-row", 2),
        ("code\n", "statement.regions-empty", None),
        ("", "statement.regions-empty", None),
        ('code\n"' + "9" * 140_000 + '"\n', "statement.regions-row", None),
    ],
)
def test_a_bad_region_list(tmp_path: Path, suites: dict[str, Suite], content: str, code: str, row: int | None) -> None:
    (tmp_path / "r.csv").write_text(content, encoding="utf-8")
    fault = fault_of(tmp_path, suites, "[target.regions]\nfile = 'r.csv'\ndate = '2026-01-01'\n")
    assert fault.code == code
    assert row is None or fault.params["row"] == row


def test_a_gbk_region_list_is_told_so(tmp_path: Path, suites: dict[str, Suite]) -> None:
    (tmp_path / "r.csv").write_bytes("code,名称\n999999,数据\n".encode("gbk"))
    text = "[target.regions]\nfile = 'r.csv'\ndate = '2026-01-01'\n"
    assert fault_of(tmp_path, suites, text).code == "document.encoding"


def test_where_the_statement_is_looked_for(tmp_path: Path) -> None:
    assert find_statement(None, tmp_path) is None
    (tmp_path / "szxc.toml").write_text("", encoding="utf-8")
    assert find_statement(None, tmp_path) == tmp_path / "szxc.toml"
    assert find_statement("", tmp_path) == tmp_path / "szxc.toml"
    (tmp_path / "other.toml").write_text("", encoding="utf-8")
    assert find_statement("other.toml", tmp_path) == tmp_path / "other.toml"
    with pytest.raises(StatementError) as caught:
        find_statement("no.toml", tmp_path)
    assert caught.value.code == "document.not-found"


WORDS = """
system target accounts claims binding options name version base_url regions file date limits rate primary scheme token
env small classes without operations list_things read_thing path query headers body envelope payload items paging style
next fields values default proxy ca zzz
"""
KEYS = st.sampled_from(WORDS.split())
LEAVES = (
    st.sampled_from(["", "x", "{code}", "/x/{code}", "a[", "http://x", "bearer", "things", "cursor"])
    | st.booleans()
    | st.integers(-1, 3)
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)
TABLES = st.fixed_dictionaries(
    {},
    optional={
        "accounts": st.dictionaries(KEYS, TREES, max_size=2) | TREES,
        "binding": st.fixed_dictionaries(
            {"small": st.fixed_dictionaries({}, optional={"operations": TREES, "envelope": TREES})}
        ),
        "claims": st.fixed_dictionaries({"small": TREES}) | TREES,
        "options": TREES,
        "target": TREES,
        "zzz": TREES,
    },
)


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TABLES)
def test_whatever_a_file_holds_it_ends_with_a_statement_or_a_message(
    tmp_path: Path, suites: dict[str, Suite], tree: dict[str, Json]
) -> None:
    path = tmp_path / "szxc.toml"
    path.write_text("".join(f"{name} = {inline(value)}\n" for name, value in tree.items()), encoding="utf-8")
    try:
        assert load_statement(path, suites).path == path
    except StatementError as fault:
        assert fault.text("zh")  # noqa: PT017 -- either end is right, a traceback is not


def test_operations_of_other_suites_in_a_document_are_left_out(suites: dict[str, Suite]) -> None:
    write_json(suites["small"].folder / "openapi.json", OPENAPI | {"paths": {"/x": {"get": {"operationId": "other"}}}})
    assert default_operations(suites["small"]) == {}
    assert parameters(suites["small"]) == {}
