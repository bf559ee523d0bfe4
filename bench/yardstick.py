"""What the product is measured against: the least that Flask, SQLAlchemy and Jinja need for such a page.

Served by the same server on the same rows. *hello* returns 20 kB without a database, *bare list* shows 20 rows by keyset,
*bare page* the same with five queries, *bare detail* one row with 50 comments, *bare facets* 20 clusters of a Land with the
numbers of all codes beside them, *bare queue* the 30 waiting texts that are due first with the numbers of
all kinds and languages, *bare comparison* four clusters with their observations side by side, *bare search* the 20
best hits of a plain full-text table over the texts that the product looks through (FTS5; on PostgreSQL a GIN index), with
the words marked in title and excerpt by the engine's own functions, *bare write* a form checked for its token, one insert,
one commit, *bare submission* such a form whose five answers are rendered by the product's own parser and cleaner and stored
with what a sent idea cannot do without: idea, version, links, case, log row, mail, jobs.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from flask import Flask, render_template_string, request
from flask_wtf.csrf import generate_csrf, validate_csrf
from sqlalchemy import JSON, DateTime, Index, create_engine, func, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from consult.core.text import parsed

app = Flask(__name__)
app.secret_key = "of the yardstick"
engine = create_engine(os.environ["DATABASE_URL"])
ON_SQLITE = engine.dialect.name == "sqlite"
aside = engine  # on PostgreSQL the yardstick has a schema of its own
if ON_SQLITE:
    aside = create_engine(f"sqlite:///{Path(os.environ['CONSULT_DATA_DIR']) / 'yardstick.sqlite3'}")


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


class Waiting(Base):
    __tablename__ = "moderation_case"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    language: Mapped[str]
    report_hint: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(DateTime)
    due_at: Mapped[datetime] = mapped_column(DateTime)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime)


class Cluster(Base):
    __tablename__ = "cluster"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    short_name: Mapped[str]
    sort_key: Mapped[str]
    seat: Mapped[str]
    strengths: Mapped[dict[str, str]] = mapped_column(JSON)
    members: Mapped[int | None]


class Facet(Base):
    __tablename__ = "cluster_facet"
    cluster_id: Mapped[int] = mapped_column(primary_key=True)
    facet: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)


class Observation(Base):
    __tablename__ = "cluster_observation"
    id: Mapped[int] = mapped_column(primary_key=True)
    cluster_id: Mapped[int]
    position: Mapped[int]
    kind: Mapped[str]
    code: Mapped[str]
    value: Mapped[str]
    number: Mapped[int | None]
    as_of: Mapped[str]
    source: Mapped[list[str]] = mapped_column(JSON)


class Doc(Base):
    __tablename__ = "search_doc"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[int]
    language: Mapped[str]
    at: Mapped[datetime | None] = mapped_column(DateTime)


class Entry(Base):
    __tablename__ = "entry"
    __table_args__ = {"schema": None if ON_SQLITE else "yardstick"}
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime)


class Part(Base):
    __tablename__ = "part"
    __table_args__ = (Index("ix_part_kind", "kind", "id"), {"schema": None if ON_SQLITE else "yardstick"})
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None]
    kind: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime)


TEXTS = "select id, title, body from search_doc"


def prepare() -> None:
    """The yardstick's own tables beside the product's: texts for bare search, a place for bare write."""
    if ON_SQLITE:
        _prepare_sqlite()
    else:
        _prepare_postgresql()
    Base.metadata.create_all(aside, tables=[Entry.__table__, Part.__table__])  # type: ignore[list-item]


def _prepare_sqlite() -> None:
    with aside.begin() as connection:
        connection.exec_driver_sql("pragma journal_mode=wal")
        connection.exec_driver_sql("create virtual table if not exists plain using fts5(title, body)")
        if connection.exec_driver_sql("select count(*) from (select 1 from plain limit 1)").scalar_one() == 0:
            with engine.connect() as source:
                for part in source.exec_driver_sql(TEXTS).partitions(5000):
                    connection.exec_driver_sql(
                        "insert into plain (rowid, title, body) values (?, ?, ?)", [tuple(row) for row in part]
                    )


def _prepare_postgresql() -> None:
    with aside.begin() as connection:
        connection.exec_driver_sql("create schema if not exists yardstick")
        if connection.exec_driver_sql("select to_regclass('yardstick.plain')").scalar_one() is not None:
            return
        words = "to_tsvector('simple', title || ' ' || body)"
        made = f"select id, title, body, {words} as words from ({TEXTS}) as texts"
        connection.exec_driver_sql(f"create table yardstick.plain as {made}")
        connection.exec_driver_sql("create index on yardstick.plain using gin (words)")
        connection.exec_driver_sql("analyze yardstick.plain")


prepare()
HELLO = "<!doctype html><title>hello</title>" + "<p>Ein Absatz mit etwas Text darin.</p>" * 520
LIST = """<!doctype html><title>Ideen</title><h1>Ideen</h1><ul>{% for i in rows %}<li><a href="/ideas/{{ i.number }}">
{{ i.title }}</a><p>{{ i.teaser }}</p><p>{{ i.byline }}, {{ i.published_at.strftime("%d.%m.%Y") }}, {{ i.support_count }},
{{ i.comment_count }}</p></li>{% endfor %}</ul><a href="?after={{ last }}">weiter</a>"""
DETAIL = """<!doctype html><title>{{ idea.title }}</title><h1>{{ idea.title }}</h1><p>{{ idea.teaser }}</p>
{% for c in comments %}<article><p>{{ c.author_name }}, {{ c.created_at.strftime("%d.%m.%Y") }}</p>{{ c.html|safe }}
</article>{% endfor %}"""


FACETS = """<!doctype html><title>Cluster</title><h1>Cluster</h1><form>{% for facet, code, number in counts %}<label>
<input type="checkbox" name="{{ facet }}" value="{{ code }}"> {{ code }} {{ number }}</label>{% endfor %}</form><ul>
{% for c in rows %}<li><a href="/clusters/{{ c.slug }}">{{ c.short_name }}</a><p>{{ c.seat }}, {{ c.members }}</p>
<p>{{ c.strengths.de }}</p></li>{% endfor %}</ul>"""
HITS = """<!doctype html><title>Suche</title><h1>Suche</h1><ul>{% for hit, doc in hits %}<li><a
href="/{{ doc.kind }}/{{ doc.subject_id }}" lang="{{ doc.language }}">{{ hit.title|safe }}</a><p>{{ hit.excerpt|safe }}</p>
<p>{{ doc.kind }}, {{ doc.at.strftime("%d.%m.%Y") if doc.at }}</p></li>{% endfor %}</ul>"""
MARKS = "'<mark>', '</mark>'"
SEARCH = (
    f"select rowid as id, highlight(plain, 0, {MARKS}) as title, snippet(plain, 1, {MARKS}, ' … ', 40) as excerpt "
    "from plain where plain match :words order by rank limit 20"
    if ON_SQLITE
    else "select id, ts_headline('simple', title, query, 'HighlightAll=true') as title, "
    "ts_headline('simple', body, query) as excerpt from (select id, title, body, query from yardstick.plain, "
    "plainto_tsquery('simple', :words) as query where words @@ query order by ts_rank(words, query) desc limit 20) as hits"
)
QUEUE = """<!doctype html><title>Was wartet</title><h1>Was wartet</h1><p>{% for kind, language, number in counts %}
<a href="?kind={{ kind }}&language={{ language }}">{{ kind }}, {{ language }} {{ number }}</a>{% endfor %}</p><table>
{% for c in rows %}<tr><td>{{ c.due_at.strftime("%d.%m.%Y %H:%M") }}<td><a href="/cases/{{ c.id }}">{{ c.title }}</a>
<td>{{ c.kind }}<td>{{ c.report_hint }}{% endfor %}</table>"""
COMPARISON = """<!doctype html><title>Vergleich</title><table><tr>
{% for c in clusters %}<th>{{ c.short_name }}</th>{% endfor %}</tr>
{% for kind in kinds %}<tr><th>{{ kind }}</th>{% for c in clusters %}<td>{% for o in found.get((c.id, kind), ()) %}<p>
{{ o.number or o.value or o.code }} <small>{{ o.as_of }}; {{ o.source|join(", ") }}</small></p>{% endfor %}</td>{% endfor %}
</tr>{% endfor %}</table>"""


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


@app.get("/queue")
def bare_queue() -> str:
    with Session(engine) as session:
        open_ones = Waiting.closed_at.is_(None)
        rows = list(session.scalars(select(Waiting).where(open_ones).order_by(Waiting.due_at, Waiting.id).limit(30)))
        columns = (Waiting.kind, Waiting.language)
        counts = session.execute(select(*columns, func.count()).where(open_ones).group_by(*columns)).all()
        return render_template_string(QUEUE, rows=rows, counts=counts)


@app.get("/facets/<region>")
def bare_facets(region: str) -> str:
    with Session(engine) as session:
        having = select(Facet.cluster_id).where(Facet.facet == "region", Facet.code == region)
        ordered = select(Cluster).where(Cluster.id.in_(having)).order_by(Cluster.sort_key, Cluster.id).limit(20)
        counts = session.execute(
            select(Facet.facet, Facet.code, func.count())
            .where(Facet.cluster_id.in_(having))
            .group_by(Facet.facet, Facet.code)
        ).all()
        return render_template_string(FACETS, rows=list(session.scalars(ordered)), counts=counts)


@app.get("/comparison")
def bare_comparison() -> str:
    with Session(engine) as session:
        slugs = request.args.getlist("c")
        clusters = list(session.scalars(select(Cluster).where(Cluster.slug.in_(slugs))))
        ids = [cluster.id for cluster in clusters]
        found: dict[tuple[int, str], list[Observation]] = {}
        rows = select(Observation).where(Observation.cluster_id.in_(ids)).order_by(Observation.position)
        for one in session.scalars(rows):
            found.setdefault((one.cluster_id, one.kind), []).append(one)
        kinds = dict.fromkeys(kind for _cluster, kind in found)
        return render_template_string(COMPARISON, clusters=clusters, kinds=kinds, found=found)


@app.get("/search")
def bare_search() -> str:
    """All hits ranked, as the engine does it unasked, and the best ones shown as it cuts and marks them."""
    words = request.args["q"].split()
    matching = " AND ".join(f'"{word}"' for word in words) if ON_SQLITE else " ".join(words)
    with aside.connect() as connection:
        hits = connection.execute(text(SEARCH), {"words": matching}).all()
    with Session(engine) as session:
        found = {doc.id: doc for doc in session.scalars(select(Doc).where(Doc.id.in_([hit.id for hit in hits])))}
        return render_template_string(HITS, hits=[(hit, found[hit.id]) for hit in hits if hit.id in found])


@app.get("/form")
def bare_form() -> str:
    return f'<form method="post"><input name="csrf_token" value="{generate_csrf()}"></form>'


@app.post("/write")
def bare_write() -> str:
    validate_csrf(request.form["csrf_token"])
    with Session(aside) as session:
        session.add(Entry(title=request.form["title"], body=request.form["body"], created_at=datetime.now(UTC)))
        session.commit()
    return "stored"


@app.post("/submission")
def bare_submission() -> str:
    validate_csrf(request.form["csrf_token"])
    answers = [parsed(request.form[f"answer-{position}"]) for position in range(1, 6)]
    moment = datetime.now(UTC)

    def part(kind: str, body: str, parent: Part | None = None) -> Part:
        return Part(kind=kind, body=body, parent_id=parent.id if parent else None, created_at=moment)

    with Session(aside) as session:
        last = session.scalars(select(Part).where(Part.kind == "log").order_by(Part.id.desc()).limit(1)).first()
        idea = part("idea", request.form["title"])
        session.add(idea)
        session.flush()
        version = part("version", request.form["title"], idea)
        session.add(version)
        session.flush()
        session.add_all(part("answer", body, version) for body in answers)
        session.add_all(part(kind, request.form["title"], idea) for kind in ("link", "case", "mail", "job", "job"))
        session.add(part("log", sha256(f"{last.body if last else ''}{idea.id}".encode()).hexdigest(), idea))
        session.commit()
    return "stored"
