"""The reference farm's subscriptions: each new observation is pushed, signed, to whoever asked for its like."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import invalid, need_write, org_of, unknown
from .reference_data import OBJECTS, stamp
from .reference_observations import shown

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call

    from .reference import Farm

Row = dict[str, Any]
TOPIC = "subscription"
SUBSCRIPTIONS = "agri:subscriptions"
FILTERS = {"kinds": "kind", "objectIds": "objectId", "deviceIds": "deviceId", "flags": "flag"}
"""Member of a filter → member of an observation that must be among its values."""
HEADER, ALGORITHM = "X-Szxc-Signature", "HMAC-SHA256"
GAPS = (0.5, 1.0, 2.0, 4.0)
"""Seconds before each further try."""
AGAIN = (0, 408, 429)
"""Answers of the moment, beside those of 500 and more; 0 is none at all."""
GONE, OK, BROKEN = 410, range(200, 300), 500


def mount(farm: Farm) -> None:
    """Serve the operations, listen to observations, and declare how pushes are made."""
    farm.platform.store.load(SUBSCRIPTIONS, ())
    part = farm.parts[TOPIC] = Subscriptions(farm)
    farm.serve("IF10", "POST", "/szxc/v1/subscriptions", part.subscribe_observations)
    farm.serve("IF10", "DELETE", "/szxc/v1/subscriptions/{subscription}", part.unsubscribe_observations)
    farm.heard.append(part.heard)
    farm.capability["push"] = {
        "signatureHeader": HEADER,
        "algorithm": ALGORITHM,
        "idMember": "messageId",
        "retries": len(GAPS),
        "delayS": 2,
        "retryWithinS": 30,
    }


class Subscriptions:
    """Who is told of what; a mutant or variant replaces methods.

    Attributes:
        farm: whose they are.
        gaps: seconds before each further try.
        wait: seconds before the first one.
    """

    def __init__(self, farm: Farm) -> None:
        self.farm = farm
        self.platform = farm.platform
        self.store = farm.platform.store
        self.gaps: tuple[float, ...] = GAPS
        self.wait = 0.0
        self._numbers = count(1)

    # -- operations ---------------------------------------------------------------------------------------------------

    def subscribe_observations(self, call: Call) -> Answer:
        """Take a subscription: 201, its place, and what was taken, without the secret."""
        need_write(call)
        body = call.body if isinstance(call.body, dict) else {}
        name = body.get("subId", f"sub-{next(self._numbers):06d}")
        made = checked(body | {"subId": name}) | {"orgId": org_of(call)}
        if self.is_expired(made):
            raise demo.ApiError(422, 42201, "expiresAt has passed")
        if self.store.get(SUBSCRIPTIONS, name) is not None:
            raise demo.ApiError(409, 40901, "duplicate subscription")
        self.store.add(SUBSCRIPTIONS, name, made)
        self.farm.audit(call, "subscribe_observations", name, "ok")
        told = {key: value for key, value in made.items() if key not in ("secret", "orgId")}
        return demo.Answer(told, {"Location": f"/szxc/v1/subscriptions/{name}"}, 201)

    def unsubscribe_observations(self, call: Call) -> Answer:
        """End a subscription."""
        need_write(call)
        name = call.params["subscription"]
        found = self.store.get(SUBSCRIPTIONS, name)
        if found is None or found["orgId"] != org_of(call):
            raise unknown("subscription")
        self.store.remove(SUBSCRIPTIONS, name)
        self.farm.audit(call, "unsubscribe_observations", name, "ok")
        return demo.Answer({"subId": name})

    # -- what mutants replace -----------------------------------------------------------------------------------------

    def heard(self, row: Row) -> None:
        """Tell an observation to whom it concerns, beside the request that brought it."""
        for subscription in self.concerned(row):
            self.tell(subscription, self.message(subscription, [shown(row)]))

    def concerned(self, row: Row) -> list[Row]:
        """The standing subscriptions of the organisation whose filter an observation meets."""
        place = self.store.get(OBJECTS, row["objectId"]) or {}
        standing = [one for one in self.store.all(SUBSCRIPTIONS) if not self.is_expired(one)]
        return [one for one in standing if one["orgId"] == place.get("orgId") and self.meets(row, one["filter"])]

    def meets(self, row: Row, wanted: Row) -> bool:
        """Whether an observation meets a filter; a list that is empty or absent asks for nothing."""
        return all(row[member] in wanted[name] for name, member in FILTERS.items() if wanted.get(name))

    def is_expired(self, subscription: Row, /) -> bool:
        """Whether a subscription's time is over."""
        until = subscription.get("expiresAt")
        return until is not None and datetime.fromisoformat(until) <= self.platform.clock()

    def message(self, subscription: Row, rows: list[Row]) -> Row:
        """What a subscriber is sent."""
        now = stamp(self.platform.clock())
        return {"messageId": self.number(), "subId": subscription["subId"], "observations": rows, "sentAt": now}

    def number(self) -> str:
        """The id of a new message."""
        return f"msg-{next(self._numbers):08d}"

    def tell(self, subscription: Row, message: Row) -> None:
        """Begin to send a message."""
        self.platform.later(self.wait, lambda: self.attempt(subscription, message))

    def attempt(self, subscription: Row, message: Row, number: int = 0) -> None:
        """Send a message, unless the subscription has ended; again later where nobody takes it."""
        if self.store.get(SUBSCRIPTIONS, subscription["subId"]) is None:
            return
        self.answered(subscription, message, number, self.send(subscription, message))

    def answered(self, subscription: Row, message: Row, number: int, status: int) -> None:
        """Do what an answer asks for: nothing more, no more at all, or the same once more."""
        if status == GONE:
            self.end(subscription)
        elif (status in AGAIN or status >= BROKEN) and number < len(self.gaps):
            self.platform.later(self.gaps[number], lambda: self.attempt(subscription, message, number + 1))

    def end(self, subscription: Row, /) -> None:
        """Tell a subscriber nothing any longer."""
        self.store.remove(SUBSCRIPTIONS, subscription["subId"])

    def send(self, subscription: Row, message: Row) -> int:
        """Send a message once; the status of the answer."""
        return self.platform.deliver(subscription["sink"], message, self.headers(subscription, message))

    def headers(self, subscription: Row, message: Row) -> dict[str, str]:
        """What goes with a message: its signature, where there is a secret."""
        secret = subscription.get("secret")
        return {HEADER: self.signature(secret, demo.compact(message))} if secret else {}

    def signature(self, secret: str, body: bytes, /) -> str:
        """The signature of a body."""
        return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def checked(body: Row) -> Row:
    """A subscription as it is stored.

    Raises:
        ApiError: 40002, a member is missing or wrong.
    """
    if not isinstance(body["subId"], str) or not body["subId"]:
        raise invalid("subId")
    if not isinstance(body.get("filter"), dict) or not all(map(_is_list, body["filter"].values())):
        raise invalid("filter")
    sink = body.get("sink")
    if not isinstance(sink, str) or not sink.startswith(("http://", "https://")):
        raise invalid("sink")
    if body.get("expiresAt") is not None:
        _need_instant(body["expiresAt"])
    names = ("subId", "filter", "sink", "secret", "expiresAt", "format")
    return {name: body[name] for name in names if body.get(name) is not None}


def _is_list(value: Any) -> bool:  # noqa: ANN401 -- as it came
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _need_instant(text: Any) -> None:  # noqa: ANN401 -- as it came
    try:
        if datetime.fromisoformat(text).tzinfo is None:
            raise invalid("expiresAt")
    except (TypeError, ValueError):
        raise invalid("expiresAt") from None
