"""The page of a version lists the files that it had, as far as they may be read today."""

from __future__ import annotations

from typing import Any

import pytest

from consult.consultations.queries import questions_of
from consult.core.access import Actor
from consult.ideas import attachments, operations, tokens
from consult.ideas.drafting import Changes, save_draft, start_draft
from consult.ideas.models import Idea, IdeaAttachment
from consult.moderation.checks import Choice
from consult.moderation.operations import decide, look_again
from consult.moderation.queries import waiting_case
from tests.files import samples

TITLES = {
    "kept": "Grundriss der Halle", "out": "Alte Preisliste", "held": "Telefonliste", "later": "Neues Bild",
    "agency": "Nur für Ämter",
}  # fmt: skip


def attach(actor: Actor, idea: Idea, name: str, audience: str = "public") -> IdeaAttachment:
    content = samples.PDF + name.encode() + b"%%EOF"
    return attachments.attach(actor, idea.id, attachments.receive(content, f"{name}.pdf", TITLES[name], audience))


@pytest.fixture
def two_versions(make: Any, cast: Any, consultation: Any, db: Any) -> tuple[Idea, dict[str, IdeaAttachment]]:
    """Two published versions: one file stands in both, one was taken out since, one is held back, one has come."""
    actor = cast.actor(cast.owner)
    idea = start_draft(actor, consultation.id, tokens.new_key(), "de")
    question = questions_of(consultation.id)[0]
    save_draft(idea.id, Changes({"title": "Mit Dateien"}, {question.id: "Siehe."}, {question.id: "public"}), tab="t")
    files = {name: attach(actor, idea, name) for name in ("kept", "out", "held")}
    files["agency"] = attach(actor, idea, "agency", "agency")
    operations.send(actor, idea.id, email="", language="de")
    make.decide("idea", idea.id, "publish")
    attachments.drop(actor, idea.id, files["out"].id)
    files["later"] = attach(actor, idea, "later")
    operations.send(actor, idea.id, email="", language="de")
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    judge = cast.actor(cast.moderator)
    look_again(judge, "idea", idea.id)
    case = waiting_case("idea", idea.id)
    held = (f"file-{files['held'].id}",)
    version = str(case.version_id)
    decide(judge, case.id, Choice("redact", version=version, reason="personal-data", note="So.", held_back=held))
    db.session.commit()
    return idea, files


def listed(page: Any) -> list[str]:
    return [one.get_text() for one in page.select(".c-files b")]


def test_a_version_lists_the_files_that_everybody_still_reads(
    two_versions: tuple[Idea, dict[str, IdeaAttachment]], client: Any
) -> None:
    idea, files = two_versions
    first, second = (client.page(f"/de/ideas/{idea.number}/versions/{number}") for number in (1, 2))
    assert listed(first) == [TITLES["kept"], TITLES["out"]] and listed(second) == [TITLES["kept"], TITLES["later"]]
    for page in (first, second, client.page(f"/de/ideas/{idea.number}/versions/2?view=text")):
        links = [one for one in page.links() if "/ideas/files/" in one]
        assert links and all(client.get(one).status_code == 200 for one in links)
        assert "Die Moderation hält einen Anhang zurück" in page.text
        for name in ("held", "agency"):
            assert files[name].key not in page.source and TITLES[name] not in page.text, name
            assert files[name].file_name not in page.text
        assert "Ein Anhang dieser Fassung ist nicht für alle." in page.text
    assert files["out"].key not in second.source


def test_its_authors_see_all_of_them(
    two_versions: tuple[Idea, dict[str, IdeaAttachment]], client: Any, cast: Any, sign_in: Any
) -> None:
    idea, files = two_versions
    sign_in(client, cast.owner)
    page = client.page(f"/de/ideas/{idea.number}/versions/1")
    assert listed(page) == [TITLES[name] for name in ("kept", "out", "held", "agency")]
    for name in ("kept", "out", "held", "agency"):
        assert client.get(f"/de/ideas/files/{files[name].key}").status_code == 200, name
    assert "nicht für alle" not in page.text and "Die Moderation hält einen Anhang zurück" in page.text


def test_what_is_being_checked_or_gone_is_said(
    two_versions: tuple[Idea, dict[str, IdeaAttachment]], client: Any, db: Any
) -> None:
    idea, files = two_versions
    for state, words in (("waiting", "wird noch geprüft"), ("infected", "Der Virenscanner hat etwas darin gefunden"),
                         ("lost", "konnte nicht geprüft werden")):  # fmt: skip
        files["kept"].scan = state
        db.session.add(files["kept"])
        db.session.commit()
        page = client.page(f"/de/ideas/{idea.number}/versions/1?{state}")
        assert words in page.text and files["kept"].key not in page.source
