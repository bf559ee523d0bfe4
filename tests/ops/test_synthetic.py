"""Synthetic content on both engines: afterwards the product goes on numbering where it ended."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from consult.comments.models import Comment
from consult.ideas.models import Idea
from consult.ops import synthetic
from consult.ops.synthetic_words import NOUNS
from consult.search.models import SearchDoc


def test_the_product_writes_on_after_it(app: Flask, db: Any, client: Any) -> None:
    synthetic.make(ideas=5, comments=8, clusters=2, users=3, seed=4)
    highest = max(db.session.execute(select(Idea.id)).scalars())
    db.session.rollback()
    page = client.get("/de/ideas/new").text
    assert page
    sent = client.submit("/de/ideas/new", {"title": "Freie Laborzeiten", "save": "1"})
    assert sent.status_code == 303, sent.text[:2000]
    added = set(db.session.execute(select(Idea.id).where(Idea.id > highest)).scalars())
    assert len(added) == 1
    # the index holds the words that readers see, whatever marks the text carried
    comment = db.session.execute(select(Comment).limit(1)).scalar_one()
    known = select(SearchDoc.body).where(SearchDoc.kind == "comment", SearchDoc.subject_id == comment.id)
    assert db.session.execute(known).scalar_one() == comment.body


def test_words_are_as_frequent_as_in_real_text(app: Flask, db: Any) -> None:
    """Few words are in most ideas, most words in few: "Photonik" in two to five of a hundred."""
    synthetic.make(ideas=600, comments=1, clusters=2, users=3, seed=4)
    texts = db.session.execute(select(SearchDoc.title, SearchDoc.body).where(SearchDoc.kind == "idea")).all()
    shares = {noun: sum(noun in f"{title} {body}" for title, body in texts) / len(texts) for noun in NOUNS}
    assert len(texts) == 600 and 0.02 <= shares["Photonik"] <= 0.05
    assert shares[NOUNS[0]] > 0.5 and sum(share < 0.1 for share in shares.values()) > len(NOUNS) / 2
