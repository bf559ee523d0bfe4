"""The shipped facts in the test's database, as `consult init` puts them there."""

from __future__ import annotations

from consult.core.dataset import Dataset, dataset
from consult.core.db import db
from consult.core.registry import registries


def load_facts(indexed: bool = False) -> Dataset:
    """Run the loaders of the facts in their order and commit; returns the content they read.

    The search index is filled only on demand: it takes longer than everything else.
    """
    content = dataset()
    for loader in sorted(registries.loaders, key=lambda one: one.order):
        if loader.stage == "facts":
            loader.load(content)
    db.session.flush()
    if not indexed:
        db.session.info.pop("touched", None)
    db.session.commit()
    return content
