"""A county and a province, two real servers: a catalogue is reported, a batch is pushed, and the province is judged.

    python run.py [--out FOLDER]

All that is sent between the two nodes is plain HTTPS with JSON, so each step can be repeated by hand.
Exit code 0: the receipt says that all was accepted, and both classes of the province hold.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.reference import Platform, build_platform
from pytest_szxc.reference.lookup import load_reference
from pytest_szxc.reference.server import CERTIFICATE, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
STATEMENT = HERE / "szxc.toml"
SUITE = "platform_interconnection"
CLASSES = ("cascade", "push")
FIELDS = "310999001/000001"
BATCH = 5
EXIT_GOOD, EXIT_FAULTY = 0, 1
Row = dict[str, Any]


@dataclass(frozen=True)
class Peer:
    """A node as another one reaches it: an HTTPS client with the token it was given there."""

    client: httpx.Client

    def ask(self, method: str, path: str, body: Row | None = None) -> Row:
        """The payload of one answer.

        Raises:
            httpx.HTTPStatusError: an error status.
        """
        answer = self.client.request(method, path, json=body)
        answer.raise_for_status()
        payload: Row = answer.json()["data"]
        return payload


def node(name: str, folder: Path) -> Platform:
    """A node of the exchange network with its own database."""
    platform = build_platform({SUITE: load_reference(load_suites()[SUITE])}, database=folder / f"{name}.db")
    platform.parts[SUITE].capability["nodeId"] = name
    return platform


def empty_province(folder: Path) -> Platform:
    """The province before anybody has reported anything to it."""
    platform = node("province", folder)
    for entry in platform.store.all("catalogue"):
        platform.store.remove("catalogue", entry["resourceCode"])
    return platform


def reached(platform: Platform, url: str, account: str) -> Peer:
    """A client of a node in the name of one of its accounts; it trusts the demo's certificate and nothing else."""
    token = platform.accounts.by_name[account].token
    headers = {"Authorization": f"Bearer {token}"}
    return Peer(httpx.Client(base_url=url, headers=headers, verify=str(CERTIFICATE), trust_env=False))


def report(county: Peer, province: Peer) -> Iterator[str]:
    """Report every entry of the county's catalogue to the province."""
    for entry in county.ask("GET", "/v1/catalogue?pageSize=100")["list"]:
        taken = province.ask("POST", "/v1/catalogue", entry | {"nodeId": "county"})
        yield f"{taken['resourceCode']}  {taken['title']}"


def message(records: list[Row]) -> Row:
    """A batch as it is pushed: the records, how many they are, and a digest over their canonical text (RFC 8785)."""
    now = datetime.now(UTC)
    text = json.dumps(plain(records), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {
        "messageId": f"county-{now:%Y%m%d%H%M%S}",
        "messageType": "push",
        "sender": "county",
        "receiver": "province",
        "resourceCode": FIELDS,
        "batchNo": f"county-{now:%Y%m%d}-1",
        "seq": 1,
        "total": 1,
        "mode": "incr",
        "op": "U",
        "count": len(records),
        "digest": {"alg": "SHA-256", "value": hashlib.sha256(text.encode()).hexdigest()},
        "sentAt": now.isoformat(timespec="seconds"),
        "records": records,
    }


def plain(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """A value with whole numbers written without a point, as RFC 8785 writes them."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def push(county: Peer, province: Peer) -> Row:
    """Push some of the county's records to the province, and read the receipt again as a sender would later."""
    records = county.ask("GET", f"/v1/resources/{FIELDS}/records?pageSize={BATCH}")["list"]
    sent = message(records)
    province.ask("POST", "/v1/exchange/push", sent)
    return province.ask("GET", f"/v1/exchange/receipts/{sent['messageId']}")


def judge(province: Platform, url: str, out: Path) -> tuple[int, Row]:
    """Run the suite on the province as its vendor would; pytest's exit code and the report."""
    secrets = {f"PROVINCE_{name.upper()}": held.token for name, held in province.accounts.by_name.items()}
    options = [f"--szxc-target={url}", f"--szxc-config={STATEMENT}", f"--szxc-out={out}"]
    options += [f"--szxc-ca={CERTIFICATE}", "--szxc-allow-write", "--szxc-seed=two-nodes"]
    options += [f"--szxc-class={','.join(CLASSES)}"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    done = subprocess.run(
        command, cwd=out.parent, env=os.environ | secrets, check=False, capture_output=True, text=True, encoding="utf-8"
    )
    (out.parent / "pytest.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    found = out / "report.json"
    if not found.exists():
        words = f"{done.stdout}{done.stderr}\n没有报告 / no report; pytest: {done.returncode}"
        raise SystemExit(words)
    return done.returncode, json.loads(found.read_text(encoding="utf-8"))


def table(report: Row) -> Iterator[str]:
    """The verdicts of the judged classes, and how each class came out."""
    judged = {row["class"]: row["profile"] for row in report["classes"] if row["class"] in CLASSES}
    for row in report["verdicts"]:
        if row["class"] in judged:
            seen = f"{row['observed']:4} observed, {row['found']} found"
            yield f"  {row['requirement']}  {row['level']:7}{row['status']:14}{seen}"
    yield from (f"  {name:12}{outcome}" for name, outcome in judged.items())


def run(folder: Path) -> int:
    """The whole story, in a folder for databases and results."""
    with ExitStack() as stack:
        county, province = node("county", folder), empty_province(folder)
        urls = [stack.enter_context(serve(one, encrypted=True)) for one in (county, province)]
        stack.callback(county.close)
        stack.callback(province.close)
        print(f"1 两个节点 / two nodes: county {urls[0]}, province {urls[1]}")
        own, upper = reached(county, urls[0], "primary"), reached(province, urls[1], "second")
        stack.callback(own.client.close)
        stack.callback(upper.client.close)
        print("2 县向省上报目录 / the county reports its catalogue")
        print(*(f"  {line}" for line in report(own, upper)), sep="\n")
        receipt = push(own, upper)
        counts = f"{receipt['acceptedCount']} accepted, {receipt['rejectedCount']} rejected"
        print(f"3 县向省推送一批 / the county pushes a batch: {receipt['batchNo']}\n  回执 / receipt: {counts}")
        code, judged = judge(province, urls[1], folder / "results")
    print(f"4 判定省节点 / the province is judged: pytest {code}", *table(judged), sep="\n")
    return EXIT_GOOD if code == 0 and receipt["acceptedCount"] == BATCH else EXIT_FAULTY


def main() -> int:
    """Read the command line and run; databases and results go to a temporary folder if none is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, help="结果目录 / folder for databases and results")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as temporary:
        folder = (out or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return run(folder)


if __name__ == "__main__":
    sys.exit(main())
