"""The reference's grading service: one question or many, graded and not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference_issuing import NOTES, REASONS, issued, unknown_member

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_szxc.reference import Answer, ApiError, Call

    from .reference import Works
    from .reference_issuing import Issue

Row = dict[str, Any]
TOPIC = "grading_service"
PLACES = ("in_cab", "line_of_sight", "remote", "none")
"""Where the operator may be; it does not count in a grade."""
LARGEST = 1000
"""Questions that a batch may hold."""


class InvalidError(demo.ApiError):
    """Inputs that do not go together (422), with the rule that says so."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(422, 42201, f"{rule}: {reason}")
        self.data = {"valid": False, "rule": rule, "reason": reason}


class TooManyError(demo.ApiError):
    """A batch with more questions than it may hold (413), with how many it may."""

    def __init__(self, largest: int) -> None:
        super().__init__(413, 41301, "too many items")
        self.data = {"max_items": largest}


def mount(works: Works) -> None:
    """Serve the operations; refusals say what is in their ``data``."""
    part = works.parts[TOPIC] = Grading(works)
    serve, place = works.platform.serve, "/szxc/v1/mach/grades"
    serve("POST", f"{place}:evaluate", "evaluate_grade", part.evaluate_grade)
    serve("POST", f"{place}:evaluateBatch", "evaluate_batch", part.evaluate_batch)
    answering = works.platform.answering
    answering.refuse = _telling(answering.refuse)


def _telling(refuse: Callable[[ApiError], Any]) -> Callable[[ApiError], Any]:
    def told(error: ApiError) -> Any:  # noqa: ANN401 -- an envelope
        envelope = refuse(error)
        if isinstance(error, InvalidError | TooManyError) and isinstance(envelope, dict):
            return envelope | {"data": error.data}
        return envelope

    return told


class Grading:
    """Grades what it is asked; a mutant or variant replaces parts of it.

    Attributes:
        issued: grades seven inputs; single questions and batches use it alike.
        largest: questions that a batch may hold.
        strict: whether a member that nobody knows is refused; it is ignored otherwise.
    """

    def __init__(self, works: Works) -> None:
        self.works = works
        self.issued: Callable[[Mapping[str, Any], Mapping[str, Any] | None], Issue] = issued
        self.largest = LARGEST
        self.strict = False

    def evaluate_grade(self, call: Call) -> Answer:
        """The grade of one set of inputs; nothing of it is kept."""
        return demo.Answer(self.told(self.question(call.body)))

    def evaluate_batch(self, call: Call) -> Answer:
        """The grade of each of many sets of inputs, or why it has none."""
        items = call.body.get("items") if isinstance(call.body, dict) else None
        if not isinstance(items, list):
            raise demo.bad_parameter("items")
        if len(items) > self.largest:
            raise TooManyError(self.largest)
        return demo.Answer({"items": [self.item(one) for one in items]})

    def question(self, body: Any) -> Row:  # noqa: ANN401 -- whatever was sent
        """The inputs of a question (40001 where they are none)."""
        if not isinstance(body, dict):
            raise demo.bad_parameter("body")
        wrong = unknown_member(body)
        if wrong is None and body.get("operator_location", PLACES[0]) not in PLACES:
            wrong = "operator_location"
        if wrong is None and self.strict:
            wrong = next((name for name in body if name not in KNOWN), None)
        if wrong:
            raise demo.bad_parameter(wrong)
        return body

    def told(self, inputs: Row) -> Row:
        """The answer to one question (42201 where the inputs do not go together)."""
        issue = self.issued(inputs, _object(inputs.get("odd")))
        if issue.grade is None:
            raise InvalidError(issue.rule, REASONS[issue.rule])
        notes = [{"code": code, "text": NOTES[code]} for code in issue.notes]
        return {"valid": True, "grade": issue.grade, "rule": issue.rule, "notes": notes}

    def item(self, inputs: Any) -> Row:  # noqa: ANN401 -- whatever was sent
        """The answer to one of many."""
        try:
            told = self.told(self.question(inputs))
        except InvalidError as error:
            return {"error": {"rule": error.data["rule"], "reason": error.data["reason"]}}
        except demo.ApiError as error:
            return {"error": {"reason": error.message}}
        return {name: told[name] for name in ("grade", "rule", "notes")}


KNOWN = frozenset(
    {
        "lateral",
        "longitudinal",
        "headland",
        "implement",
        "oedr",
        "fallback",
        "odd_limit",
        "operator_location",
        "odd",
    }
)
"""Members that a question may have."""


def _object(value: Any) -> Row | None:  # noqa: ANN401 -- whatever was sent
    return value if isinstance(value, dict) else None
