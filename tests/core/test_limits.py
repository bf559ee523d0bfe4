"""The counters of a process: each until its window ends, and no more of them than there are open windows."""

from __future__ import annotations

from consult.core.limits import Counters


def test_windows_end_and_are_forgotten() -> None:
    counters = Counters()
    assert [counters.incr("a", 60) for _ in range(3)] == [1, 2, 3]
    assert counters.incr("b", 0) == counters.incr("b", 0) == 1
    assert (counters.get("a"), counters.get("b"), counters.get("c")) == (3, 0, 0)
    for number in range(2_500):
        counters.incr(f"short {number}", 0)
    assert len(counters.windows) <= 1_000
    assert counters.get("a") == 3
    counters.clear("a")
    assert counters.get("a") == 0
