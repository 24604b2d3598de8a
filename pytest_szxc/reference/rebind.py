"""What the vendor of a legal variant would declare differently: paging, envelope, fields, times."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_szxc.target.statement import Envelope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_szxc.target.statement import BoundOperation, Paging, Statement

    StatementChange = Callable[[Statement], Statement]


def unchanged(statement: Statement) -> Statement:
    """The statement as it is."""
    return statement


def paging(style: Paging, *, items: str = "list", total: str | None = "total") -> StatementChange:
    """All paged operations are paged in another style."""

    def change(bound: BoundOperation) -> BoundOperation:
        if bound.paging.style == "none":
            return bound
        return replace(bound, paging=style, items=items, total=total, query=_without_paging(bound))

    return operations(change)


def envelope(new: Envelope) -> StatementChange:
    """All operations that have an envelope have another one."""
    return operations(lambda bound: replace(bound, envelope=new) if bound.envelope != Envelope() else bound)


def fields(
    operation: str, names: Mapping[str, str], values: Mapping[str, Mapping[str, str]] | None = None
) -> StatementChange:
    """One operation's members have other names, and codes other values."""
    table = {member: dict(codes) for member, codes in (values or {}).items()}

    def change(bound: BoundOperation) -> BoundOperation:
        if bound.operation != operation:
            return bound
        return replace(bound, fields=bound.fields | dict(names), values=bound.values | table)

    return operations(change)


def without(suite: str, *features: str) -> StatementChange:
    """The system has some features of a suite not."""

    def change(statement: Statement) -> Statement:
        claim = replace(statement.claims[suite], without=features)
        return replace(statement, claims=statement.claims | {suite: claim})

    return change


def both(*changes: StatementChange) -> StatementChange:
    """One change after another."""

    def change(statement: Statement) -> Statement:
        for one in changes:
            statement = one(statement)
        return statement

    return change


def time_profile(name: str) -> StatementChange:
    """Times are written in another profile."""
    return lambda statement: replace(statement, time_profile=name)


def operations(change: Callable[[BoundOperation], BoundOperation]) -> StatementChange:
    """Every bound operation passes through ``change``."""
    return lambda statement: replace(
        statement, operations={key: change(bound) for key, bound in statement.operations.items()}
    )


def _without_paging(bound: BoundOperation) -> dict[str, str]:
    used = {bound.paging.page, bound.paging.offset, bound.paging.cursor, bound.paging.size}
    return {name: template for name, template in bound.query.items() if name not in used}
