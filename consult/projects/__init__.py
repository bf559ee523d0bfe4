"""Projects that people join by degree, and activities that they take a place at.

Words: a *project* is joined through a *membership* (informed, expertise, test partner, resources, co-lead); an *activity*
takes *participations*, and has *places*, some *held back* for the host, and a *waiting list*; a place that became free is
*offered* to the next and held for a while. What always holds: never are more places confirmed and offered than there are
without those held back, whatever happens at the same moment; nobody who joined is lost; who came first is first.
"""

from __future__ import annotations

from flask import Flask

from consult.core.registry import Loader, registries
from consult.projects import loading


def init_app(app: Flask) -> None:
    """Register the room."""
    registries.loaders.append(Loader(50, "facts", "projects", loading.load_facts))
    registries.loaders.append(Loader(51, "demo", "projects", loading.load_examples, loading.shift))
