"""What the product is measured against: the least that Flask, SQLAlchemy and Jinja need for such a page.

Served by the same server on the same rows. *hello* returns 20 kB without a database, *bare list* shows 20 rows by keyset,
*bare page* the same with five queries, *bare detail* one row with 50 comments.
"""

from __future__ import annotations

import os
from datetime import datetime

from flask import Flask, render_template_string, request
from sqlalchemy import DateTime, create_engine, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = Flask(__name__)
engine = create_engine(os.environ["DATABASE_URL"])


class Base(DeclarativeBase):
    pass


class Idea(Base):
    __tablename__ = "idea"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    title: Mapped[str]
    teaser: Mapped[str]
    byline: Mapped[str]
    support_count: Mapped[int]
    comment_count: Mapped[int]
    is_public: Mapped[bool]
    published_at: Mapped[datetime] = mapped_column(DateTime)


class Comment(Base):
    __tablename__ = "comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    author_name: Mapped[str]
    html: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime)


HELLO = "<!doctype html><title>hello</title>" + "<p>Ein Absatz mit etwas Text darin.</p>" * 520
LIST = """<!doctype html><title>Ideen</title><h1>Ideen</h1><ul>{% for i in rows %}<li><a href="/ideas/{{ i.number }}">
{{ i.title }}</a><p>{{ i.teaser }}</p><p>{{ i.byline }}, {{ i.published_at.strftime("%d.%m.%Y") }}, {{ i.support_count }},
{{ i.comment_count }}</p></li>{% endfor %}</ul><a href="?after={{ last }}">weiter</a>"""
DETAIL = """<!doctype html><title>{{ idea.title }}</title><h1>{{ idea.title }}</h1><p>{{ idea.teaser }}</p>
{% for c in comments %}<article><p>{{ c.author_name }}, {{ c.created_at.strftime("%d.%m.%Y") }}</p>{{ c.html|safe }}
</article>{% endfor %}"""


@app.get("/hello")
def hello() -> str:
    return HELLO


def rows(session: Session) -> list[Idea]:
    statement = select(Idea).where(Idea.is_public).order_by(Idea.published_at.desc(), Idea.id.desc()).limit(20)
    if after := request.args.get("after", type=int):
        statement = statement.where(Idea.id < after)
    return list(session.scalars(statement))


@app.get("/list")
def bare_list() -> str:
    with Session(engine) as session:
        found = rows(session)
        return render_template_string(LIST, rows=found, last=found[-1].id)


@app.get("/page")
def bare_page() -> str:
    with Session(engine) as session:
        found = rows(session)
        for table in ("question", "consultation", "activity", "topic"):
            session.execute(text(f"select * from {table} limit 5")).all()
        return render_template_string(LIST, rows=found, last=found[-1].id)


@app.get("/detail/<number>")
def bare_detail(number: str) -> str:
    with Session(engine) as session:
        idea = session.scalars(select(Idea).where(Idea.number == number)).one()
        comments = session.scalars(
            select(Comment)
            .where(Comment.subject_kind == "idea", Comment.subject_id == idea.id)
            .order_by(Comment.created_at, Comment.id)
            .limit(50)
        ).all()
        return render_template_string(DETAIL, idea=idea, comments=comments)
