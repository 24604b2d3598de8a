"""Where the time of a run goes: pytest in this process under cProfile, all its threads, in µs for each request.

A profiler makes calls dearer than they are: read the shares, not the sums.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

SHOWN = 40
WAITING = ("acquire", "recv", "poll", "sleep", "select", "wait", "join", "__enter__", "SimpleQueue")
"""Built-in functions in which a thread waits for others or for the peer."""
Row = tuple[str, int, str]


class Threads:
    """A profiler for each thread; in Pythons whose profiler sees all threads (3.12 and later) the first is enough."""

    def __init__(self) -> None:
        self._done: list[cProfile.Profile] = []
        self._run = threading.Thread.run

    def __enter__(self) -> Self:
        """Watch this thread, and each that starts from now on."""
        watched = self

        def run(thread: threading.Thread) -> None:
            with watched.profiled():
                self._run(thread)

        threading.Thread.run = run  # type: ignore[assignment, method-assign] # put back at the end
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no more."""
        threading.Thread.run = self._run  # type: ignore[method-assign] # as it was

    @contextmanager
    def profiled(self) -> Iterator[None]:
        """Watch this thread with a profiler of its own."""
        profile = cProfile.Profile()
        self._done.append(profile)
        with suppress(ValueError):  # another one is watching already
            profile.enable()
        try:
            yield
        finally:
            profile.disable()

    def seconds(self) -> Counter[tuple[str, str]]:
        """Own seconds by part and function; what is built in counts for its caller."""
        found: Counter[tuple[str, str]] = Counter()
        for profile in self._done:
            profile.create_stats()
            for place, (_, _, own, _, callers) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined] # untyped
                if place[0] != "~":
                    found[part(place), named(place)] += own
                for caller, (_, _, its, _) in callers.items() if place[0] == "~" else ():
                    waits = any(word in place[2] for word in WAITING)
                    found["(waiting)" if waits else part(caller), f"{named(caller)} → {place[2]}"] += its
        return found


class Loop:
    """A plugin of pytest that watches what the run does once it is collected."""

    def __init__(self) -> None:
        self.threads = Threads()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Ask and judge under the profiler."""
        with self.threads, self.threads.profiled():
            return (yield)


def named(place: Row) -> str:
    """A function for a reader."""
    file, line, name = place
    return f"{name} ({Path(file).name}:{line})"


def part(place: Row) -> str:
    """What a function belongs to: our module, or a package."""
    names = Path(place[0]).with_suffix("").parts
    if "pytest_szxc" in names:
        return ".".join(names[len(names) - names[::-1].index("pytest_szxc") - 1 :])
    if "site-packages" in names:
        return names[names.index("site-packages") + 1]
    return "(standard library)"


def main() -> None:
    """Profile ``pytest`` with the options after the number of requests, and tell."""
    requests, options = int(sys.argv[1]), sys.argv[2:]
    loop = Loop()
    pytest.main(options, plugins=[loop])
    functions = loop.threads.seconds()
    parts: Counter[str] = Counter()
    for (name, _), own in functions.items():
        parts[name] += own
    print("\nµs for each request, by part (waiting is summed over all threads)")
    for name, own in parts.most_common(SHOWN):
        print(f"{own * 1e6 / requests:10.1f}  {name}")
    print("\nµs for each request, by function")
    for (name, function), own in functions.most_common(SHOWN):
        print(f"{own * 1e6 / requests:10.1f}  {name}: {function}")


if __name__ == "__main__":
    main()
