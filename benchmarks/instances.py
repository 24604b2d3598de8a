"""Values for a schema of our dialect: valid ones built from the schema, and mutations of them; repeatable by seed."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pytest_szxc.catalogue.pattern_syntax import Chars, Choice, Node, Repeat, Sequence, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

Json = Any
Schema = Any
Placed = tuple[Schema, str]
ANYTHING: Placed = (True, "")
DECIDED = {"$ref", "$defs", "allOf", "anyOf", "oneOf", "if", "then", "else", "not"}
PARTS = ("items", "additionalProperties", "propertyNames")
LETTERS = "aZ09 _-:/.数据村\u00e9\n\u2028\uff11\U0001f600"
HOSTILE = ("", "\n", "\u2028", "\uff11\uff12", "\ufeff", "\U0001f600", "a\u0301", "0", "true", "null", "x" * 70)
OPTIONAL, RARE = 0.5, 0.15
TRIES = 20


class Maker:
    """Makes values that are valid by construction, as far as a schema allows it.

    Args:
        documents: every schema by ``$id``.
        random: the source of all choices.
    """

    def __init__(self, documents: Mapping[str, Schema], random: Random) -> None:
        self._documents = documents
        self._random = random

    def make(self, schema: Schema, base: str) -> Json:
        """One value for a schema of the document ``base``."""
        return self._made([(schema, base)])

    def _made(self, placed: list[Placed]) -> Json:
        """One value for several schemas at once."""
        flat: Schema = {"properties": {}}
        for schema, base in placed:
            _merge(flat, self._flat(schema, base))
        if "const" in flat or "enum" in flat:
            return self._dressed(deepcopy(flat["const"] if "const" in flat else self._random.choice(flat["enum"])))
        return self._makers()[self._kind(flat)](flat)

    def _makers(self) -> dict[str, Callable[[Schema], Json]]:
        return {
            "null": lambda _: None,
            "boolean": lambda _: self._random.random() < OPTIONAL,
            "integer": lambda flat: self._number(flat, whole=True),
            "number": lambda flat: self._number(flat, whole=self._random.random() < OPTIONAL),
            "string": self._string,
            "array": self._array,
            "object": self._object,
        }

    def _flat(self, schema: Schema, base: str) -> Schema:
        """The schema with references, alternatives and conditions decided; its parts carry their document along."""
        if not isinstance(schema, dict):
            return {}
        flat = {key: value for key, value in schema.items() if key not in DECIDED}
        flat |= {key: (schema[key], base) for key in PARTS if key in schema}
        flat["properties"] = {name: [(part, base)] for name, part in schema.get("properties", {}).items()}
        others = [(part, base) for part in self._chosen(schema)]
        if "$ref" in schema:
            others.append(self._target(schema["$ref"], base))
        for part, home in others:
            _merge(flat, self._flat(part, home))
        return flat

    def _chosen(self, schema: Schema) -> list[Schema]:
        chosen = list(schema.get("allOf", ()))
        chosen += [self._random.choice(schema[key]) for key in ("anyOf", "oneOf") if key in schema]
        if "if" in schema:
            when = self._random.random() < OPTIONAL
            chosen += [schema["if"], schema.get("then", {})] if when else [schema.get("else", {})]
        return chosen

    def _target(self, ref: str, base: str) -> tuple[Schema, str]:
        home, _, pointer = ref.partition("#")
        found = self._documents[home or base]
        for step in pointer.split("/")[1:]:
            found = found[step.replace("~1", "/").replace("~0", "~")]
        return found, home or base

    def _kind(self, flat: Schema) -> str:
        kinds = flat.get("type")
        if kinds is None:
            kinds = "object" if flat["properties"] or "required" in flat else list(self._makers())[:5]
        return str(kinds if isinstance(kinds, str) else self._random.choice(kinds))

    def _dressed(self, value: Json) -> Json:
        """A number in another spelling, now and then."""
        return _respelt(value) if isinstance(value, int) and self._random.random() < RARE else value

    def _number(self, flat: Schema, *, whole: bool) -> Json:
        low = flat.get("minimum", flat.get("exclusiveMinimum", -5))
        high = flat.get("maximum", flat.get("exclusiveMaximum", max(low, 0) + self._random.choice([9, 10**6, 10**30])))
        ends = [low] * ("minimum" in flat) + [high] * ("maximum" in flat)
        if ends and self._random.random() < RARE:
            return self._dressed(self._random.choice(ends))
        first, last = int(low) + ("exclusiveMinimum" in flat), int(high) - ("exclusiveMaximum" in flat)
        value = self._random.randint(first, max(first, last))
        step = flat.get("multipleOf", 1)
        value -= value % step
        return self._dressed(value) if whole or value == last else value + Decimal(self._random.randrange(1, 100)) / 100

    def _string(self, flat: Schema) -> str:
        least, most = flat.get("minLength", 0), flat.get("maxLength", flat.get("minLength", 0) + 12)
        if "pattern" not in flat:
            return "".join(self._random.choices(LETTERS, k=self._random.randint(least, most)))
        body = parse(flat["pattern"]).body
        for _ in range(TRIES):
            text = self._matching(body)
            if least <= len(text) and ("maxLength" not in flat or len(text) <= most):
                return text
        return text

    def _matching(self, node: Node) -> str:
        if isinstance(node, Chars):
            low, high = self._random.choice(node.spans)
            code = self._random.randint(low, min(high, low + 400))
            return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)  # noqa: PLR2004 -- surrogates are no text
        if isinstance(node, Sequence):
            return "".join(map(self._matching, node.parts))
        if isinstance(node, Choice):
            return self._matching(self._random.choice(node.branches))
        return self._repeated(node)

    def _repeated(self, node: Repeat) -> str:
        most = node.low + 4 if node.high is None else node.high
        return "".join(self._matching(node.body) for _ in range(self._random.randint(node.low, most)))

    def _array(self, flat: Schema) -> list[Json]:
        least = flat.get("minItems", 0)
        count = self._random.randint(least, min(flat.get("maxItems", least + 3), least + 3))
        made: list[Json] = []
        for _ in range(count * TRIES):
            item = self._made([flat.get("items", ANYTHING)])
            if not flat.get("uniqueItems") or item not in made:
                made.append(item)
            if len(made) == count:
                break
        return made

    def _object(self, flat: Schema) -> dict[str, Json]:
        properties = flat["properties"]
        names = [name for name in properties if name in flat.get("required", ()) or self._random.random() < OPTIONAL]
        short = [name for name in properties if name not in names][: max(flat.get("minProperties", 0) - len(names), 0)]
        made = {name: self._made(properties[name]) for name in names + short}
        made |= {name: self._made([ANYTHING]) for name in flat.get("required", ()) if name not in made}
        for _ in range(self._random.choice([0, 0, 1, 2]) or (flat.get("minProperties", 0) > len(made))):
            self._add_other(made, flat)
        return made

    def _add_other(self, made: dict[str, Json], flat: Schema) -> None:
        rest = flat.get("additionalProperties", ANYTHING)
        if rest[0] is False or len(made) >= flat.get("maxProperties", len(made) + 1):
            return
        name = self._made([({"type": "string", "minLength": 1}, ""), flat.get("propertyNames", ANYTHING)])
        if name not in flat["properties"]:
            made[name] = self._made([rest])


def _merge(flat: Schema, other: Schema) -> None:
    """Add another schema's demands; of two bounds the later stands, which is near enough for our schemas."""
    for key, value in other.items():
        if key == "properties":
            for name, parts in value.items():
                flat[key][name] = [*flat[key].get(name, ()), *parts]
        elif key == "required":
            flat[key] = [*flat.get(key, ()), *value]
        else:
            flat[key] = value


class Breaker:
    """Changes a value in one or two places, mostly so that it is just not valid any more.

    Args:
        random: the source of all choices.
    """

    def __init__(self, random: Random) -> None:
        self._random = random

    def broken(self, value: Json) -> Json:
        """The value, changed; lists and objects in it are changed in place."""
        holder = [value]
        for _ in range(self._random.choice([1, 1, 2])):
            parent, key = self._random.choice(_places(holder))
            parent[key] = self._changed(parent[key])
        return holder[0]

    def _changed(self, value: Json) -> Json:
        if self._random.random() < RARE:
            return self._foreign()
        if isinstance(value, bool):
            return self._random.choice([int(value), Decimal(int(value)), "true", not value, None])
        if isinstance(value, int | Decimal):
            return self._number(value)
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return self._list(value)
        return self._members(value) if isinstance(value, dict) else self._foreign()

    def _foreign(self) -> Json:
        choices = [None, True, False, 0, 1, -1, Decimal("1.0"), Decimal("-0.0"), "", "x", [], {}, [None], {"x": 1}]
        return self._random.choice([*choices, 10**40, Decimal("1E+30"), Decimal("1E-30"), 2**53 + 1])

    def _number(self, value: int | Decimal) -> Json:
        exact = Decimal(value)
        return self._random.choice(
            [
                value + 1,
                value - 1,
                -value,
                exact + Decimal("0.5"),
                exact + Decimal("1E-20"),
                exact.scaleb(2),
                Decimal(f"{exact:E}"),
                _respelt(value),
                str(value),
                10**400 if value else -(10**400),
                [value],
            ]
        )

    def _text(self, value: str) -> Json:
        at = self._random.randint(0, len(value))
        wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in value)
        return self._random.choice(
            [
                value + "\n",
                value + "\u2028",
                value + "\r",
                " " + value,
                wide,
                value[:at] + wide[at:],
                value[:at] + self._random.choice(HOSTILE) + value[at:],
                value[:at] + value[at + 1 :],
                value[:at] + chr(self._random.randrange(0x20, 0x7F)) + value[at + 1 :],
                value.swapcase(),
                value.replace("T", " "),
                value[::-1],
                value * 2,
                "",
                0,
            ]
        )

    def _list(self, value: list[Json]) -> Json:
        if value and self._random.random() < OPTIONAL:
            at = self._random.randrange(len(value))
            self._random.choice([value.__delitem__, lambda index: value.append(_respelt(value[index]))])(at)
            return value
        return self._random.choice([[], [*value, self._foreign()], {"0": value}, value * 2, None])

    def _members(self, value: dict[str, Json]) -> Json:
        if value and self._random.random() < OPTIONAL:
            name = self._random.choice(list(value))
            found = value.pop(name)
            if self._random.random() < OPTIONAL:
                value[name + self._random.choice(["\n", "x", "\uff11", " "])] = found
            return value
        value[self._random.choice(["x", "", "$ref", "\U0001f600", "level\n"])] = self._foreign()
        return value


def _respelt(value: Json) -> Json:
    """An equal value in another spelling: whole numbers as decimals, members in another order."""
    if isinstance(value, dict):
        return {name: _respelt(value[name]) for name in reversed(value)}
    if isinstance(value, list):
        return [_respelt(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        exact = Decimal(value)
        return Decimal((exact.is_signed(), (*exact.as_tuple().digits, 0), -1))
    return value


def _places(value: Json) -> list[tuple[Any, Any]]:
    """Every place in a value: what holds it, and its name or index there."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        parent = waiting.pop()
        keys = list(parent) if isinstance(parent, dict) else range(len(parent))
        found += [(parent, key) for key in keys]
        waiting += [parent[key] for key in keys if isinstance(parent[key], dict | list)]
    return found
