"""Files that are wrong on purpose or by accident: answered row by row, in words, in seconds, and nothing half imported."""

from __future__ import annotations

import io
import json
import resource
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from consult.clusters.models import Cluster
from consult.core.exchange_files import MOST_ROWS, BadFile, rows_of
from consult.core.exchange_runs import Plan, plan
from consult.core.registry import registries
from consult.links.models import Link
from tests.exchange.conftest import document, saved, table, workbook

Take = Callable[..., Plan]
COLUMNS = ("id", "name.de", "name.en")
GOOD = ("guter-cluster", "Guter Cluster", "Good cluster")


def _reasons(found: Plan) -> list[tuple[int, str]]:
    return [(one.row, one.field) for one in found.faults]


def _clusters(db: Any) -> int:
    return int(db.session.execute(select(func.count()).select_from(Cluster)).scalar_one())


# (what is wrong, file name, content, where it is told)
LATIN = "id;name.de;name.en\r\ngut;Gut;Good\r\nbad;Übel;Bad\r\nworse;Ärger;Worse\r\n"
FILES: list[tuple[str, str, bytes, list[tuple[int, str]]]] = [
    ("latin-1", "x.csv", LATIN.encode("latin-1"), [(3, ""), (4, "")]),
    ("utf-16", "x.csv", LATIN.encode("utf-16"), [(0, "")]),
    ("utf-16 without mark", "x.csv", LATIN.encode("utf-16-le"), [(3, ""), (4, "")]),
    ("broken utf-8", "x.csv", table(COLUMNS, GOOD) + b"x,\xc3\x28,y\r\n", [(3, "")]),
    ("empty", "x.csv", b"  \r\n", [(0, "")]),
    ("heading alone", "x.csv", table(COLUMNS), [(0, "")]),
    ("no heading", "x.csv", table(GOOD, GOOD), [(1, "")]),
    ("wrong separator", "x.csv", b"id/name.de/name.en\r\na/b/c\r\n", [(1, "")]),
    ("picture", "x.png", b"\x89PNG\r\n\x1a\n" + b"x" * 40, [(0, "")]),
    ("document", "x.pdf", b"%PDF-1.7 ...", [(0, "")]),
    ("old workbook", "x.xls", b"\xd0\xcf\x11\xe0" + b"x" * 40, [(0, "")]),
    ("picture called csv", "x.csv", b"\x89PNG\r\n\x1a\n" + b"x" * 40, [(0, "")]),
    ("NUL", "x.csv", table(COLUMNS, GOOD, ("b", "B\x00", "B")), [(3, "name.de")]),
    ("invisible", "x.csv", table(COLUMNS, ("b", "B\u202eB", "B\x07")), [(2, "name.de"), (2, "name.en")]),
    ("formula", "x.csv", table(COLUMNS, ("b", '=HYPERLINK("//x")', "@SUM(A1)")), [(2, "name.de"), (2, "name.en")]),
    ("twice", "x.csv", table(COLUMNS, GOOD, ("b", "B", "B"), GOOD), [(4, "id")]),
    ("no id", "x.csv", table(COLUMNS, ("", "B", "B"), ("ü b", "B", "B")), [(2, "id"), (3, "id")]),
    ("huge cell", "x.csv", table(COLUMNS, ("b", "x" * 70_000, "B")), [(2, "name.de")]),
    ("cell without end", "x.csv", table(COLUMNS, GOOD) + b'b,"open' + b"x" * 200_000, [(3, "")]),
    ("more cells", "x.csv", table(COLUMNS, (*GOOD, "more")), [(2, "")]),
    ("unknown column", "x.csv", table((*COLUMNS, "color"), (*GOOD, "red")), [(1, "color")]),
    ("column twice", "x.csv", table((*COLUMNS, "id"), (*GOOD, "x")), [(1, "id")]),
    ("unknown code", "x.csv", table((*COLUMNS, "form.value"), (*GOOD, "club")), [(2, "form.value")]),
    ("wrong dates", "x.csv", table((*COLUMNS, "founded.0.value"), (*GOOD, "2017-02-30")), [(2, "founded.0.value")]),
    ("words as number", "x.csv", table((*COLUMNS, "members.0.value"), (*GOOD, "über 100")), [(2, "members.0.value")]),
    ("zero for unknown", "x.csv", table((*COLUMNS, "members.0.value"), (*GOOD, "0")), [(2, "members.0.value")]),
    ("name missing", "x.csv", table(("id", "short_name"), ("b", "B")), [(2, "name")]),
    ("broken JSON", "x.json", b'[{"id": "a"},\n{"id": ', [(2, "")]),
    ("no list", "x.json", b'{"something": 1}', [(0, "")]),
    ("not a number", "x.json", b'[{"id": "a", "name": {"de": NaN}}]', [(0, "")]),
    ("deep", "x.json", b"[" * 5_000, [(0, "")]),
    ("deep record", "x.json", document({"id": "a", "name": json.loads("[" * 30 + "]" * 30)}), [(1, "")]),
    ("no record", "x.json", b'["a", 1]', [(1, ""), (2, "")]),
    ("broken line", "x.jsonl", document({"id": "a"}) + b"\n{broken\n", [(1, ""), (2, "")]),
    ("broken YAML", "x.yaml", b"clusters:\n  - id: [a\n", [(3, "")]),
    ("aliases", "x.yaml", b"a: &a [x]\nclusters: [*a, *a]\n", [(2, "")]),
    ("objects in YAML", "x.yaml", b"clusters: !!python/object/apply:os.system ['true']\n", [(1, "")]),
    ("no workbook", "x.xlsx", b"PK\x03\x04 broken", [(0, "")]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "wanted"), [one[1:] for one in FILES], ids=[one[0] for one in FILES])
def test_what_is_wrong_is_told_where_it_is(take: Take, db: Any, name: str, content: bytes, wanted: Any) -> None:
    found = take("clusters", content, name)
    assert _reasons(found) == wanted
    assert all(one.message for one in found.faults)
    assert not found.written
    assert _clusters(db) == 0


def test_one_wrong_row_keeps_all_others_out(take: Take, db: Any) -> None:
    rows = [(f"c-{number}", f"Cluster {number}", f"Cluster {number}") for number in range(700)]
    found = take("clusters", table((*COLUMNS, "scope.value"), *[(*row, "") for row in rows], (*GOOD, "galactic")))
    assert _reasons(found) == [(702, "scope.value")]
    assert found.counts == {"added": 700, "changed": 0, "unchanged": 0, "refused": 1}
    assert _clusters(db) == 0


def test_a_mark_and_the_german_separator_are_taken(take: Take, db: Any) -> None:
    content = b"\xef\xbb\xbf" + table(COLUMNS, GOOD, delimiter=";")
    assert take("clusters", content).counts["added"] == 1


def test_guarded_words_come_in_as_they_were(take: Take, db: Any) -> None:
    take("clusters", table(COLUMNS, ("b", "'=B", "'-C")))
    assert db.session.execute(select(Cluster.name)).scalar_one() == {"de": "=B", "en": "-C"}


@pytest.mark.parametrize("fmt", ["csv", "jsonl", pytest.param("xlsx", marks=pytest.mark.long)])
def test_200_000_rows_are_refused_in_seconds(app: Any, fmt: str) -> None:
    rows = MOST_ROWS * 2
    if fmt == "csv":
        content = table(COLUMNS, *((f"c-{n}", "Cluster", "Cluster") for n in range(rows)))
    elif fmt == "jsonl":
        content = b"".join(b'{"id": "c-%d"}\n' % n for n in range(rows))
    else:
        from consult.core.tables import Column, write_table

        numbers = ([f"c-{n}", "Cluster", "Cluster"] for n in range(rows))
        content = b"".join(write_table("xlsx", [Column(one) for one in COLUMNS], numbers, "en"))
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    found = plan(registries.exchanges["clusters"], f"x.{fmt}", content)
    assert [one.row for one in found.faults] == [MOST_ROWS + 1 + (fmt != "jsonl")]
    assert not found.lines
    assert time.process_time() - started < 40
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


# ---- workbooks ------------------------------------------------------------------------------------------------------


def _packed(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def _with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook of which one part is another one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part.filename)
            new.writestr(part.filename, change(data) if part.filename == name else data)
    return buffer.getvalue()


def test_a_bomb_is_not_unpacked(take: Take) -> None:
    bomb = _packed(**{"[Content_Types].xml": b"<x/>", "xl/worksheets/sheet1.xml": b"0" * 200_000_000})
    assert len(bomb) < 300_000
    started = time.process_time()
    assert _reasons(take("clusters", bomb, "x.xlsx")) == [(0, "")]
    assert time.process_time() - started < 2


def test_entities_are_refused(take: Take) -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;">]>'
    book, part = saved(workbook(COLUMNS, GOOD)), "xl/worksheets/sheet1.xml"
    content = _with_part(book, part, lambda xml: xml.replace(b"<worksheet", laughs + b"<worksheet"))
    assert _reasons(take("clusters", content, "x.xlsx")) == [(0, "")]


def test_merged_cells_formulae_and_errors_are_told(take: Take, db: Any) -> None:
    book = workbook(COLUMNS, GOOD, ("b", "B", "B"))
    book.active.merge_cells("B2:B3")
    assert _reasons(take("clusters", saved(book), "x.xlsx")) == [(0, "")]
    book = workbook(COLUMNS, ("b", "=1+1", "B"), ("c", "C", "#REF!"))
    book.active["C3"].data_type = "e"
    assert _reasons(take("clusters", saved(book), "x.xlsx")) == [(2, "name.de"), (3, "name.en")]
    assert _clusters(db) == 0


def test_cells_of_a_workbook_are_what_they_look_like(take: Take, db: Any) -> None:
    from datetime import date

    book = workbook((*COLUMNS, "founded.0.value", "members.0.value"), (*GOOD, date(2017, 3, 1), 135))
    assert take("clusters", saved(book), "x.xlsx").counts["added"] == 1
    assert db.session.execute(select(Cluster.members)).scalar_one() == 135


def test_a_cell_beside_the_table_and_a_far_away_one_are_told(take: Take) -> None:
    book = workbook(COLUMNS, (*GOOD, None, "lost"))
    assert _reasons(take("clusters", saved(book), "x.xlsx")) == [(2, "")]
    book = workbook(COLUMNS, GOOD)
    book.active["XFD1048576"] = "far away"
    started = time.process_time()
    take("clusters", saved(book), "x.xlsx")
    assert time.process_time() - started < 15


# ---- relations and comments -----------------------------------------------------------------------------------------

RELATION = ("id", "type", "from", "to")


def test_relations_are_neither_double_nor_circular(take: Take, db: Any) -> None:
    found = take(
        "relations",
        table(
            RELATION,
            ("r1", "part_of", "cluster/a", "cluster/b"),
            ("r2", "part_of", "cluster/b", "cluster/c"),
            ("r3", "part_of", "cluster/c", "cluster/a"),
            ("r4", "member_of", "cluster/a", "cluster/d"),
            ("r5", "member_of", "cluster/a", "cluster/d"),
            ("r6", "member_of", "cluster/a", "cluster/a"),
            ("r7", "managed_by", "organisation/o", "cluster/a"),
            ("r8", "loves", "cluster/a", "cluster/b"),
            ("r9", "member_of", "planet/x", "cluster/a"),
            ("r10", "focus_on", "cluster/a", "country/XX"),
        ),
    )
    assert sorted(_reasons(found)) == [
        (2, "to"), (3, "to"), (4, "to"), (6, "to"), (7, "to"), (8, "type"), (9, "type"), (10, "from"), (11, "to"),
    ]  # fmt: skip
    assert db.session.execute(select(func.count()).select_from(Link)).scalar_one() == 0


def test_a_circle_is_seen_across_imports(take: Take) -> None:
    assert not take("relations", table(RELATION, ("r1", "part_of", "cluster/a", "cluster/b"))).faults
    assert not take(
        "relations", table(RELATION, ("r1", "part_of", "cluster/a", "cluster/c"))
    ).faults  # changed, no circle
    found = take("relations", table(RELATION, ("r2", "part_of", "cluster/c", "cluster/a")))
    assert _reasons(found) == [(2, "to")]
    assert _reasons(take("relations", table(RELATION, ("r9", "part_of", "cluster/a", "cluster/c")))) == [(2, "id")]


def test_comments_answer_neither_themselves_nor_each_other(take: Take) -> None:
    found = take(
        "comments",
        table(
            ("id", "subject", "parent", "body"),
            ("a", "idea/OR-2026-00001", "b", "x"),
            ("b", "idea/OR-2026-00001", "a", "x"),
            ("c", "idea/OR-2026-00001", "c", "x"),
            ("d", "idea/OR-2026-00001", "", "x"),
            ("e", "idea/OR-2026-00001", "d", "x"),
            ("f", "idea/OR-2026-00001", "e", "x"),
        ),
    )
    assert sorted(_reasons(found)) == [(2, "parent"), (3, "parent"), (4, "parent"), (7, "parent")]


# ---- anything at all ------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), name=st.sampled_from(["x.csv", "x.xlsx", "x.json", "x.jsonl", "x.yaml", "x"]))
def test_any_bytes_are_rows_or_told(app: Any, content: bytes, name: str) -> None:
    try:
        for row in rows_of(registries.exchanges["clusters"], name, content):
            assert row.number > 0
    except BadFile as bad:
        assert all(fault.message for fault in bad.faults)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_record_is_taken_or_told_and_the_one_form_is_stable(app: Any, data: Any) -> None:
    exchange = registries.exchanges["clusters"]
    names = st.sampled_from([one.name for one in exchange.fields]) | st.text(max_size=8)
    record = data.draw(st.dictionaries(names, _VALUES, max_size=6))
    found = plan(exchange, "x.json", json.dumps([record]).encode())
    assert found.lines or found.faults
    once = exchange.canonical(record)
    assert exchange.canonical(once) == once
