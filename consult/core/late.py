"""Libraries that few requests need, imported when they are first used.

The product starts in a fraction of the time and each of its processes is a third smaller without them. An import inside a
function would do the same, but hides from the eye what a module depends on; so they stand at its head, like this:

    if TYPE_CHECKING:
        import openpyxl
    else:
        openpyxl = late("openpyxl")
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Late:
    """Stands for a module and hands its names out; the first one imports it. The import system keeps threads apart."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


def late(name: str) -> Late:
    """The module `name`, not imported yet."""
    return Late(name)
