"""A new secret kept where the old one was, before anybody else sees the answer that brought it."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_szxc.errors import TransportFault

if TYPE_CHECKING:
    from pytest_szxc.target.statement import Account

_RESERVED = 8192
"""Bytes taken before the platform is asked: a full disk must show itself while the old secret is still good."""


@dataclass(frozen=True, slots=True)
class NewSecretFile:
    """A file beside the account's own, ready to take its place."""

    account: str
    file: Path
    draft: Path

    def keep(self, secret: str) -> None:
        """Put the new secret in the old one's place, as one step.

        Raises:
            TransportFault: ``auth.rotation-lost``, with the file.
        """
        try:
            with self.draft.open("r+b") as draft:
                draft.truncate(draft.write(secret.encode() + b"\n"))
                draft.flush()
                os.fsync(draft.fileno())
            self.draft.replace(self.file)
        except OSError as error:
            reason = type(error).__name__
            raise TransportFault("auth.rotation-lost", account=self.account, file=self.file, problem=reason) from error

    def drop(self) -> None:
        """Leave the old secret where it is."""
        self.draft.unlink(missing_ok=True)


def prepared(account: Account) -> NewSecretFile:
    """A place for an account's new secret, made before the platform is asked for one.

    Raises:
        TransportFault: ``auth.rotation-env``, the secret is no file's, so a new one could not be kept;
            ``auth.rotation-file``, the file cannot be replaced.
    """
    file = account.secret.file
    if file is None:
        raise TransportFault("auth.rotation-env", account=account.name)
    try:
        file = file.resolve()  # a link stays a link
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
        draft = Path(name)
        with os.fdopen(handle, "wb") as made:
            made.write(b"\0" * _RESERVED)
        shutil.copymode(file, draft)
    except OSError as error:
        reason = type(error).__name__
        raise TransportFault("auth.rotation-file", account=account.name, file=file, problem=reason) from error
    return NewSecretFile(account.name, file, draft)
