"""How a node passes its data on to the node above it: over HTTP, signed, again until there is a receipt that holds."""

from __future__ import annotations

import base64
import hmac
import http.client
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from pytest_szxc import canonical_json
from pytest_szxc import reference as demo

from .reference import part
from .reference_data import records_of, stamp
from .reference_push import TOPIC, day_of, signed

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    from .reference import Node

Row = dict[str, Any]
OUTGOING = "relay:outgoing"
"""Messages with what is known of them, by batch number: ``message``, ``receipt`` (``None`` without one), ``state``."""
WAITING, SENT, CONFIRMED, REFUSED = "waiting", "sent", "confirmed", "refused"
TIMEOUT = 5.0
ALGORITHM = "SM3"


class Unreachable(Exception):  # noqa: N818 -- a state of the line, not an error of anybody
    """No usable answer came from the node above."""


@dataclass(frozen=True, slots=True)
class Upper:
    """The node above, and how it is asked: by the profile ``sd-open``.

    Attributes:
        url: where it answers.
        client: how it knows this node.
        secret: what requests are signed with, and receipts are checked with.
        clock: tells the time of a request.
        trust: whose certificate is taken; the machine's own list without it.
    """

    url: str
    client: str
    secret: str = field(repr=False)
    clock: Callable[[], datetime]
    trust: ssl.SSLContext | None = None

    def ask(self, method: str, path: str, body: Row | None = None) -> tuple[int, Row]:
        """Send a request: the status, and the envelope of the answer.

        Raises:
            Unreachable: no answer, or none that is an envelope.
        """
        connection = self.connection()
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            connection.request(method, path, content, self.signature() | {"Content-Type": "application/json"})
            response = connection.getresponse()
            told = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(path) from error
        finally:
            connection.close()
        if not isinstance(told, dict):
            raise Unreachable(path)
        return response.status, told

    def connection(self) -> http.client.HTTPConnection:
        """A connection that nothing was asked over yet."""
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.scheme == "https":
            return http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT, context=self.trust)
        return http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT)

    def data(self, path: str, **query: str) -> Row | None:
        """The payload of a good answer to a GET, ``None`` of any other.

        Raises:
            Unreachable: see ``ask``.
        """
        status, told = self.ask("GET", f"{path}?{urlencode(query)}" if query else path)
        good = status == http.client.OK and isinstance(told.get("data"), dict)
        return told["data"] if good else None

    def signature(self) -> dict[str, str]:
        """The headers that authenticate one request."""
        time, nonce = str(int(self.clock().timestamp() * 1000)), secrets.token_hex(16)
        made = hmac.digest(self.secret.encode(), f"{self.client}{time}{nonce}".encode(), "sha256")
        return {
            "X-Client-Id": self.client,
            "X-Timestamp": time,
            "X-Nonce": nonce,
            "X-Signature": base64.b64encode(made).decode("ascii"),
        }


class Relay:
    """What a node sends upward.

    Args:
        node: whose data are sent; its heartbeat tells the batches that are not confirmed.
        upper: the node above.
    """

    def __init__(self, node: Node, upper: Upper) -> None:
        self.node = node
        self.upper = upper
        self.store, self.clock = node.platform.store, node.platform.clock
        self.store.load(OUTGOING, ())
        part(node.platform, TOPIC).waiting = self.backlog

    def forward(self, code: str) -> int:
        """Queue the records of a resource in batches that the node above takes; how many batches that made.

        Raises:
            Unreachable: the node above does not say what it takes.
        """
        capability = self.upper.data("/v1/capability") or {}
        size = capability.get("limits", {}).get("batchRecords") or 100
        rows: list[Row] = self.store.all(records_of(code))
        pieces = [rows[at : at + size] for at in range(0, len(rows), size)]
        mark = self.store.count(OUTGOING)
        for number, piece in enumerate(pieces, start=mark + 1):
            self.queue(code, f"{self.node.capability['nodeId']}-{number}", piece, capability.get("nodeId", "-"))
        return len(pieces)

    def queue(self, code: str, batch: str, rows: list[Row], receiver: str = "-") -> None:
        """Queue one batch."""
        message = {
            "messageId": f"{batch}-m",
            "messageType": "data",
            "sender": self.node.capability["nodeId"],
            "receiver": receiver,
            "resourceCode": code,
            "batchNo": batch,
            "seq": 1,
            "total": 1,
            "mode": "full",
            "op": "I",
            "count": len(rows),
            "digest": {"alg": ALGORITHM, "value": canonical_json.digest(ALGORITHM, rows)},
            "records": rows,
        }
        self.store.add(OUTGOING, batch, {"message": message, "receipt": None, "state": WAITING})

    def run(self) -> int:
        """Send what waits, ask for the receipts that are not final; how many batches are left.

        A batch of which nothing is known is sent again as it is: the node above takes it once.
        """
        for held in self.unconfirmed():
            try:
                receipt = self.sent(held["message"]) if held["state"] == WAITING else self.asked(held["message"])
            except Unreachable:
                break
            if receipt is not None:
                self.note(held, receipt)
        return self.backlog()

    def sent(self, message: Row) -> Row | None:
        """Send a message: its receipt, if it gets one."""
        _, told = self.upper.ask("POST", "/v1/exchange/push", message | {"sentAt": stamp(self.clock())})
        return self.checked(told.get("data"), message)

    def asked(self, message: Row) -> Row | None:
        """Ask for a message's receipt."""
        return self.checked(self.upper.data(f"/v1/exchange/receipts/{quote(message['messageId'], safe='')}"), message)

    def checked(self, receipt: Any, message: Row) -> Row | None:  # noqa: ANN401 -- as it came
        """A receipt, if it is one of this message and its signature holds."""
        if not isinstance(receipt, dict) or receipt.get("batchNo") != message["batchNo"]:
            return None
        plain = {name: value for name, value in receipt.items() if name != "sign"}
        made = signed(plain, self.upper.secret)
        return receipt if hmac.compare_digest(str(receipt.get("sign")).encode(), made.encode()) else None

    def note(self, held: Row, receipt: Row) -> None:
        """Keep a receipt; a batch is done with when the receipt says that it is stored, or rejected."""
        states = {"stored": CONFIRMED, "confirmed": CONFIRMED, "rejected": REFUSED}
        state = states.get(str(receipt.get("state")), SENT)
        self.store.replace(OUTGOING, held["message"]["batchNo"], held | {"receipt": receipt, "state": state})

    def unconfirmed(self) -> list[Row]:
        """The batches that wait, or whose receipt is not final."""
        found: list[Row] = self.store.all(OUTGOING, _UNSURE)
        return found

    def backlog(self) -> int:
        """How many batches are neither confirmed nor refused."""
        return self.store.count(OUTGOING, _UNSURE)

    def counts(self, code: str, day: str) -> Row:
        """This node's own reconciliation of what it has sent, by the receipts that it holds."""
        rows, sent, received = list(self._taken(code, day)), 0, 0
        for held in self._of_day(code, day):
            sent += held["message"]["count"]
            received += held["receipt"]["acceptedCount"] + held["receipt"]["rejectedCount"]
        whole = canonical_json.digest("SHA-256", sorted(rows, key=lambda row: str(row["id"])))
        return {"sentCount": sent, "receivedCount": received, "storedCount": len(rows), "digest": whole}

    def agrees(self, code: str, day: str) -> bool:
        """Whether the node above has of a day what this node has sent.

        Raises:
            Unreachable: it does not say.
        """
        theirs = self.upper.data("/v1/exchange/reconciliation", resource=code, date=day)
        if theirs is None:
            raise Unreachable(day)
        named = {name: theirs[name] for name in ("sentCount", "receivedCount", "storedCount")}
        return self.counts(code, day) == named | {"digest": theirs["digest"]["value"]}

    def _of_day(self, code: str, day: str) -> Iterator[Row]:
        for held in self.store.all(OUTGOING, demo.Where("json_extract(body, '$.message.resourceCode') = ?", (code,))):
            receipt = held["receipt"]
            if receipt and "status" in receipt and day_of(datetime.fromisoformat(receipt["receivedAt"])) == day:
                yield held

    def _taken(self, code: str, day: str) -> Iterator[Row]:
        """The rows that were accepted."""
        for held in self._of_day(code, day):
            refused = {error.get("index") for error in held["receipt"]["errors"]}
            if None not in refused:
                yield from (row for index, row in enumerate(held["message"]["records"]) if index not in refused)


_UNSURE = demo.Where("json_extract(body, '$.state') IN (?, ?)", (WAITING, SENT))
