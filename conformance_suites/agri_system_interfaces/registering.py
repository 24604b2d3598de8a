"""Devices that checks register: their documents, what the platform says to them, and what it shows of them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pytest_szxc import Finding, expect

from .bench import ACTING, SENSING, document, pattern
from .capability import error_codes
from .tables import rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

Row = dict[str, Any]
ANY = (0, 500)
"""Statuses that are an answer to what must be refused: a crash is one too, and a wrong one."""
CATEGORIES = (*SENSING, *ACTING, "camera")
CREATED, CONFLICT, CRASHED = 201, 409, 500
INVALID = (400, 422)
GONE = (404, 410)
BAD_FORM, DUPLICATE = "40002", "40901"
PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+|[^A-Za-z0-9_\s-]+")
"""What a member's name is put together of: ``modelId`` of ``model`` and ``Id``."""


class Desk:
    """Registers the devices of one check.

    Args:
        sut: the platform.
        name: of the check: ids begin with the run's prefix and this.

    Attributes:
        like: the listed device that ours are modelled on; ``None`` where there is none.
    """

    def __init__(self, sut: Sut, name: str) -> None:
        self.sut = sut
        self.name = name
        self.like = pattern(sut, CATEGORIES)

    def document(self, part: str = "", **changes: Any) -> Row:  # noqa: ANN401 -- bad values too
        """A right document; with ``changes``, in which ``None`` leaves a member out.

        Raises:
            LookupError: there is nothing to model it on.
        """
        if self.like is None:
            raise LookupError(self.name)
        return document(self.sut, self.name + part, self.like, **changes)

    def register(self, body: Row) -> Reply:
        """What the platform says to a registration.

        Raises:
            SzxcError: no usable answer.
        """
        return self.sut.ask("register_device", body=body, accept=ANY)

    def registered(self, part: str = "", **changes: Any) -> Row | None:  # noqa: ANN401 -- values of members
        """A right document that the platform has taken; ``None`` where there is nothing to model it on.

        Raises:
            SzxcError: it has not, which is the matter of AIF-021.
        """
        if self.like is None:
            return None
        body = self.document(part, **changes)
        self.sut.ask("register_device", body=body)
        return body

    def tried(self, part: str, **changes: Any) -> Row | None:  # noqa: ANN401 -- values of members
        """A document that the platform may take or not; ``None`` where it has not.

        Raises:
            SzxcError: no usable answer.
        """
        body = self.document(part, **changes)
        return body if self.register(body).fine else None

    def with_findings(self, seen: Iterable[Observation]) -> Iterator[Observation]:
        """What was seen of listed devices; where no device of ours can be looked at too, only what was wrong."""
        return (one for one in seen if self.like is not None or isinstance(one, Finding))

    def change(self, name: str, /, **members: Any) -> Reply:  # noqa: ANN401 -- bad values too
        """What the platform says to a change of a device.

        Raises:
            SzxcError: no usable answer.
        """
        return self.sut.ask("update_device", body=members, accept=ANY, device=name)

    def read(self, name: str) -> Reply:
        """What the platform answers when it is asked for a device.

        Raises:
            SzxcError: no usable answer.
        """
        return self.sut.ask("read_device", accept=ANY, device=name)

    def shown(self, name: str) -> Record | None:
        """A device as the platform shows it; ``None`` where it does not.

        Raises:
            SzxcError: no usable answer.
        """
        reply = self.read(name)
        return reply.record if reply.fine else None

    def listed(self) -> list[Record]:
        """All devices that the platform lists, just now once something was written.

        Raises:
            SzxcError: no usable answer.
        """
        return list(self.sut.records("list_devices"))


def is_refused(reply: Reply) -> bool:
    """Whether a request was refused; a crash is no refusal."""
    return not reply.fine and reply.response.status < CRASHED


def is_invalid(reply: Reply) -> bool:
    """Whether a request was refused for its content: by status, or by a code in an answer of status 2xx."""
    return is_refused(reply) and (reply.response.status in INVALID or reply.response.status // 100 == CREATED // 100)


def is_absent(reply: Reply) -> bool:
    """Whether there is nothing of that name, or nothing any longer."""
    return not reply.fine and (reply.response.status in GONE or (reply.code or "").startswith("404"))


def said(reply: Reply) -> str:
    """What came, for a finding."""
    return f"HTTP {reply.response.status}, {reply.code or '-'}"


def coded(sut: Sut, reply: Reply, code: str) -> Iterator[Observation]:
    """A refusal bears the code that the profile has for it, where the platform publishes that code.

    Args:
        sut: the platform.
        reply: a refusal.
        code: that it must bear.
    """
    if reply.code is not None and code in error_codes(sut):
        yield expect(reply.code == code, reply.at("code"), expected=code, observed=reply.code)


def words(reply: Reply) -> str:
    """All that a refusal says, but for what tells one request from another."""
    body = reply.document
    told = (
        {name: value for name, value in body.items() if name not in ("requestId", "timestamp")} if _is(body) else body
    )
    return json.dumps(told, ensure_ascii=False, sort_keys=True, default=str)


def _is(body: Any) -> bool:  # noqa: ANN401 -- as it came
    return isinstance(body, dict)


def is_named(member: str, text: str) -> bool:
    """Whether a text names a member: ``model_id`` and ``Model ID`` are ``modelId``, whatever stands beside it."""
    parts = PARTS.findall(member)
    pattern = r"[\s_-]*".join(map(re.escape, parts)) if parts else re.escape(member)
    return re.search(rf"(?<![A-Za-z0-9])(?:{pattern})(?![A-Za-z0-9])", text, re.IGNORECASE) is not None


def is_worded(member: str, text: str) -> bool:
    """Whether a text names a member in Chinese words: ``设备名称不能为空`` names ``name``."""
    return any(row["zh"] in text for row in rows("member_words") if row["member"] == member)


def wire_names(member: str, whole: Reply, lacking: Reply) -> set[str]:
    """The names of a member: ours, and the one that the platform's own requests have for it.

    Args:
        member: that was left out.
        whole: the answer to a request with it.
        lacking: the answer to the same without it.
    """
    before, after = _members(whole), _members(lacking)
    return {member} | {name for name in before if after.get(name) is None and before[name] is not None}


def _members(reply: Reply) -> Row:
    try:
        body = json.loads(reply.request.body) if reply.request else None
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
