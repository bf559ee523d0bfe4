"""The commands: what they print, what they write, what they refuse; and that they give away only what everyone may read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from consult.clusters.models import Cluster
from consult.core.audit import AuditRow
from consult.core.exchange_runs import Plan
from consult.core.imports import DONE, ImportRun, UnresolvedReference
from consult.core.registry import registries
from consult.ideas.models import Answer, Idea
from consult.moderation.queries import open_case_for
from tests.exchange.conftest import exported, table

COLUMNS = ("id", "name.de", "name.en")
SECRET = "Ein Wort, das niemand lesen darf"
Take = Callable[..., Plan]


@pytest.fixture
def run(app: Any) -> Callable[..., Any]:
    """`run("export", "clusters", ...)`: the command in this process."""
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(args=[str(one) for one in arguments])


def test_import_tells_writes_and_repeats(run: Any, db: Any, tmp_path: Path) -> None:
    file = tmp_path / "clusters.csv"
    file.write_bytes(table(COLUMNS, ("neu", "Neu", "New")))
    looked = run("import", "clusters", file, "--dry-run")
    assert looked.exit_code == 0 and "1 would be added" in looked.output
    assert db.session.execute(select(func.count()).select_from(Cluster)).scalar_one() == 0
    assert "1 are added" in run("import", "clusters", file).output
    again = run("import", "clusters", file)
    assert "0 are added, 0 changed, 1 unchanged, 0 refused" in again.output
    first = db.session.execute(select(func.min(ImportRun.id)).where(ImportRun.state == DONE)).scalar_one()
    assert "1 records are as they were" in run("undo-import", first).output
    assert db.session.execute(select(func.count()).select_from(Cluster)).scalar_one() == 0


def test_a_refused_row_ends_with_status_1_and_a_report(run: Any, db: Any, tmp_path: Path) -> None:
    file, report = tmp_path / "clusters.csv", tmp_path / "report.json"
    file.write_bytes(table((*COLUMNS, "form.value"), ("a", "A", "A", "unassigned"), ("b", "B", "B", "club")))
    result = run("import", "clusters", file, "--report", report)
    assert result.exit_code == 1 and "row 3" in result.output and "Nothing was written" in result.output
    told = json.loads(report.read_text())[0]
    assert [one["outcome"] for one in told["rows"]] == ["added", "refused"]
    assert told["faults"][0]["field"] == "form.value"
    assert db.session.execute(select(func.count()).select_from(Cluster)).scalar_one() == 0


def test_a_mapping_says_which_column_is_which(run: Any, db: Any, tmp_path: Path) -> None:
    file, mapping = tmp_path / "clusters.csv", tmp_path / "mapping.yaml"
    file.write_bytes(table(("Kennung", "Name", "Farbe"), ("neu", "Neu", "rot")))
    assert run("import", "clusters", file).exit_code == 1
    mapping.write_text("{Kennung: id, Name: name, Farbe: null}")
    assert run("import", "clusters", file, "--mapping", mapping).exit_code == 0
    assert db.session.execute(select(Cluster.name)).scalar_one() == {"de": "Neu", "en": "Neu"}
    mapping.write_text("{Colour: id}")
    assert run("import", "clusters", file, "--mapping", mapping).exit_code == 1


def test_unknown_kinds_name_the_known_ones(run: Any, tmp_path: Path) -> None:
    result = run("export", "planets")
    assert result.exit_code == 2 and "clusters" in result.output


def test_an_archive_of_everything_comes_out_the_same(
    demo: None, run: Any, db: Any, database: Any, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    assert run("export", "all", "--to", first).exit_code == 0
    db.session.remove()
    database.restore()
    result = run("import", "all", first)
    assert result.exit_code == 0, result.output
    assert run("export", "all", "--to", second).exit_code == 0
    assert first.read_bytes() == second.read_bytes()


# ---- people's texts -------------------------------------------------------------------------------------------------


def _idea(db: Any, number: str) -> Idea:
    found: Idea = db.session.execute(select(Idea).where(Idea.number == number)).scalar_one()
    return found


@pytest.mark.parametrize("audience", ["anonymous", "agency", "ministry"])
def test_what_not_everyone_may_read_stays_inside(demo: None, app: Any, db: Any, run: Any, audience: str) -> None:
    idea = db.session.execute(select(Idea).where(Idea.is_public).order_by(Idea.id)).scalars().first()
    answers = db.session.execute(select(Answer).where(Answer.version_id == idea.public_version_id)).scalars().all()
    answers[0].body, answers[0].audience = SECRET, audience
    db.session.commit()
    for fmt in ("json", "jsonl", "csv", "xlsx"):
        assert SECRET.encode() not in exported("ideas", fmt)
    assert SECRET.encode() in exported("ideas", "json", "all")
    run("export", "ideas", "--audience", "all")
    events = db.session.execute(select(AuditRow.event, AuditRow.data).order_by(AuditRow.seq.desc())).first()
    assert events == ("export.everything", {"kind": "ideas"})


def test_the_public_export_names_nobody_and_nothing_unpublished(demo: None, app: Any, db: Any) -> None:
    public = json.loads(exported("ideas"))
    assert public and {one["status"] for one in public} == {"published"}
    assert "@" not in exported("ideas").decode() and "@" not in exported("comments").decode()
    shown = {one["id"] for one in public}
    assert shown <= set(db.session.execute(select(Idea.number).where(Idea.is_public)).scalars())
    everything = json.loads(exported("ideas", "json", "all"))
    assert len(everything) > len(public) and any(one.get("email") for one in everything)


def test_rows_from_elsewhere_go_to_moderation_once(demo: None, take: Take, db: Any) -> None:
    columns = ("title", "answer-1", "audience-1", "sector", "region", "organisation")
    row = (
        "Messe gemeinsam besuchen",
        "=SUM ist hier ein Wort.".replace("=", "'="),
        "public",
        "C",
        "DEG0",
        "Muster GmbH",
    )
    done = take("ideas", table(columns, row))
    assert done.counts["added"] == 1 and not done.faults
    assert take("ideas", table(columns, row)).counts["unchanged"] == 1
    idea = db.session.execute(select(Idea).where(Idea.title == row[0])).scalar_one()
    assert idea.status == "submitted" and idea.number and not idea.is_public
    assert open_case_for("idea", idea.id) is not None
    assert idea.number not in exported("ideas").decode()
    line = next(one for one in exported("ideas", "csv", "all").decode().splitlines() if idea.number in one)
    assert "'=SUM" in line  # no formula where a spreadsheet opens it


def test_a_decision_is_not_changed_by_a_file(demo: None, take: Take, db: Any) -> None:
    number = json.loads(exported("ideas"))[0]["id"]
    found = take("ideas", json.dumps([{"id": number, "status": "rejected"}]).encode(), "x.json")
    assert [(one.row, one.field) for one in found.faults] == [(1, "status")]
    assert _idea(db, number).status == "published"


def test_a_waiting_record_is_part_of_a_persons_data(take: Take, cast: Any, db: Any) -> None:
    record = {"title": "Titel", "answer-1": "Antwort", "email": cast.owner.email, "consultation": "not-here"}
    assert take("ideas", json.dumps([record]).encode(), "x.json").counts["added"] == 1
    data = registries.personal_data["imports"]
    assert data.export(cast.owner.id)["waiting_records"][0]["title"] == "Titel"
    data.erase(cast.owner.id)
    db.session.commit()
    kept = db.session.execute(select(UnresolvedReference.record)).scalar_one()
    assert "email" not in kept and kept["title"] == "Titel"
