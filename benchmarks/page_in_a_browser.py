"""The report page in a real browser: of all that a platform may say, nothing runs. Needs chromium; says so without."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from figures import CommandError, tell

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.model import Cause, Finding, Location, Status, Verdict
from pytest_szxc.report.document import RunFacts, report_document
from pytest_szxc.report.page import write_page
from pytest_szxc.target.statement import Claim, Statement
from pytest_szxc.verdict.decision import decide
from pytest_szxc.verdict.manifest import draw_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_szxc.model import Json

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from hostile_texts import TEXTS

SUITE = "data_classification"
CANARY = "document.documentElement.setAttribute('data-ran',1)"
RAN = re.compile(r"<html[^>]*\bdata-ran=")
POLICY = re.compile(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>")
SECONDS = 60


def armed() -> list[str]:
    """The hostile texts, with a script that leaves a mark on the page."""
    return [text.encode("utf-8", "replace").decode().replace("PWNED", CANARY) for text in TEXTS]


def document(texts: Sequence[str]) -> dict[str, Json]:
    """A report with a hostile text wherever a report has one of the system's."""
    suite = load_suites()[SUITE]
    statement = Statement(claims={SUITE: Claim(SUITE, tuple(row.id for row in suite.classes))})
    manifest = draw_up([suite], statement)
    verdicts = {}
    for number, requirement in enumerate(suite.requirements):
        text = texts[number % len(texts)]
        findings = tuple(Finding(Location("x1", text, text, text, 3), text, text) for _ in range(3))
        cause = Cause("http.server-error", {"status": text, "result": text, "message": text})
        verdicts[requirement.id] = Verdict(requirement.id, Status.FAIL, findings, 30, 60, cause, ("x1",))
    facts = RunFacts("r", "http://x", "7", "2026-06-01", "2026-06-01", "zh", 1, manifest.digest)
    made = report_document(facts, [suite], statement, decide(manifest, verdicts))
    return raw(made, texts)


def raw(made: dict[str, Json], texts: Sequence[str]) -> dict[str, Json]:
    """The document as if nothing had been made printable: the page must hold by itself."""
    for number, row in enumerate(made["verdicts"]):
        text = texts[number % len(texts)]
        row |= {"source": text, "findings": [{"at": {"record": text}, "expected": text, "observed": text}] * 3}
    joined = "".join(texts)
    return made | {"system": made["system"] | {"name": joined, "version": joined}}


def ran(browser: str, page: Path) -> bool:
    """Whether anything on the page ran."""
    words = ("--headless", "--disable-gpu", "--no-sandbox", "--virtual-time-budget=2000", "--dump-dom")
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, *words, f"--user-data-dir={profile}", page.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS, encoding="utf-8")
    if done.returncode or "</html>" not in done.stdout:
        raise CommandError(command, done.returncode, done.stderr[-2000:])
    return RAN.search(done.stdout) is not None


def main() -> int:
    """Load the page, the same without escaping, and the same without a policy too: the last one must run."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        tell("page_in_a_browser", {"holds": False}, "not run, no chromium on this machine")
        return 0
    texts = armed()
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        write_page(document(texts), page)
        ours = page.read_text(encoding="utf-8")
        bare = ours.replace("</main>", "".join(texts) + "</main>")
        results = {}
        for name, text in (("page", ours), ("unescaped", bare), ("unescaped, no policy", POLICY.sub("", bare))):
            page.write_text(text, encoding="utf-8")
            results[name] = ran(browser, page)
    figures = {
        "texts": len(texts),
        "bytes": len(ours.encode()),
        **{name: int(found) for name, found in results.items()},
    }
    figures["holds"] = list(results.values()) == [False, False, True]
    sentence = (
        f"{len(texts)} hostile texts in every place: {figures['page']} ran; unescaped, held by the policy alone: "
        f"{figures['unescaped']} ran; without policy: {figures['unescaped, no policy']} (the browser does run scripts)"
    )
    tell("page_in_a_browser", figures, sentence)
    return 0


if __name__ == "__main__":
    sys.exit(main())
