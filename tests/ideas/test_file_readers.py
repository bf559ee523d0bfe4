"""Who reads a file of which version in which state: whoever may read the version reads its files, apart from what is not
for them any more; and what the page of a version lists is what its addresses hand out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from consult.consultations.queries import questions_of
from consult.core.audit import AuditRow
from consult.ideas import attachments, coauthoring, operations, tokens
from consult.ideas.drafting import Changes, save_draft, start_draft
from consult.ideas.models import Idea, IdeaAttachment, IdeaCoauthor
from consult.moderation.operations import Choice, decide, look_again
from consult.moderation.queries import waiting_case
from tests.files import samples
from tests.support.page import html

AUTHORS = frozenset({"owner", "beside"})
MODERATORS = frozenset({"moderator", "moderator2"})
NOBODY: frozenset[str] = frozenset()
ALL = AUTHORS | MODERATORS | {
    "visitor", "participant", "colleague", "outsider", "editor", "admin", "analyst", "official",
}  # fmt: skip


class Story:
    """An idea of a company, one version after another, each with the files that it names."""

    reason = "personal-data"

    def __init__(self, make: Any, cast: Any, consultation: Any, db: Any) -> None:
        self.make, self.cast, self.db, self.consultation = make, cast, db, consultation
        self.beside = make.person("Berta Beistand")
        self.actor = cast.actor(cast.owner)
        self.idea: Idea = start_draft(self.actor, consultation.id, tokens.new_key(), "de")
        self.question = questions_of(consultation.id)[0]
        self.other = questions_of(consultation.id)[1]
        self.write({"title": "Mit Dateien", "organisation": "Feinwerk Saaletal"}, "public")

    def write(self, fields: dict[str, str], audience: str) -> None:
        bodies, audiences = {self.question.id: "Siehe Dateien."}, {self.question.id: audience}
        save_draft(self.idea.id, Changes(fields, bodies, audiences), tab="t")

    def attach(self, audience: str = "public", content: bytes = b"eins") -> IdeaAttachment:
        received = attachments.receive(samples.PDF + content + b"%%EOF", "datei.pdf", f"Für {audience}", audience)
        return attachments.attach(self.actor, self.idea.id, received)

    def drop(self, file: IdeaAttachment) -> None:
        attachments.drop(self.actor, self.idea.id, file.id)

    def send(self, outcome: str | None = "publish") -> None:
        operations.send(self.actor, self.idea.id, email="", language="de")
        if outcome:
            self.make.decide("idea", self.idea.id, outcome, reason="off-topic", note="So.")
        if not self.db.session.query(IdeaCoauthor).count():
            row = coauthoring.invite(self.actor, self.idea.id, self.beside.email, "")
            token = tokens.coauthor_token(self.idea.draft_key, row.email_key)
            coauthoring.confirm(self.cast.actor(self.beside), row.id, token, "Berta Beistand", "")

    def narrow(self, file: IdeaAttachment, audience: str, client: Any) -> Any:
        self.db.session.commit()
        page = client.page(f"/de/ideas/status/{tokens.status_token(self.idea.draft_key)}")
        action = next(str(one["action"]) for one in page.select("form") if "/audience" in str(one.get("action")))
        form = page.form(f'form[action="{action}"]')
        assert form[f"file-{file.id}"] == file.audience
        answer = client.post(action, data={**form, f"file-{file.id}": audience}, follow_redirects=True)
        self.db.session.expire_all()
        return answer

    def judge(self, outcome: str, **more: Any) -> None:
        judge = self.cast.actor(self.cast.moderator)
        case = waiting_case("idea", self.idea.id) or look_again(judge, "idea", self.idea.id)
        version = str(case.version_id or "")
        decide(judge, case.id, Choice(outcome, version=version, reason=self.reason, note="So.", **more))


@pytest.fixture
def story(make: Any, cast: Any, consultation: Any, db: Any) -> Story:
    return Story(make, cast, consultation, db)


@pytest.fixture
def owner(new_client: Any, sign_in: Any, cast: Any) -> Any:
    return sign_in(new_client(), cast.owner)


def kept(story: Story, owner: Any) -> IdeaAttachment:
    file = story.attach()
    story.send()
    story.write({"title": "Zweite"}, "public")
    story.send()
    return file


def dropped(story: Story, owner: Any, outcome: str | None = "publish") -> IdeaAttachment:
    file = story.attach()
    story.send()
    story.drop(file)
    story.send(outcome)
    return file


def dropped_long_ago(story: Story, owner: Any) -> IdeaAttachment:
    file = dropped(story, owner)
    story.write({"title": "Dritte"}, "public")
    story.send()
    return file


def dropped_by_what_waits(story: Story, owner: Any) -> IdeaAttachment:
    return dropped(story, owner, None)


def only_in_what_waits(story: Story, owner: Any) -> IdeaAttachment:
    story.send()
    file = story.attach()
    story.send(None)
    return file


def only_in_what_was_rejected(story: Story, owner: Any) -> IdeaAttachment:
    story.send()
    file = story.attach()
    story.send("reject")
    return file


def of_a_version_taken_back_at_once(story: Story, owner: Any) -> IdeaAttachment:
    story.send()
    file = story.attach()
    story.send(None)
    operations.withdraw_version(story.actor, story.idea.id)
    return file


def for_the_agency(story: Story, owner: Any) -> IdeaAttachment:
    file = story.attach("agency")
    story.send()
    return file


def dropped_for_the_agency(story: Story, owner: Any) -> IdeaAttachment:
    file = story.attach("agency")
    story.send()
    story.drop(file)
    story.send()
    return file


def narrowed(story: Story, owner: Any) -> IdeaAttachment:
    file = kept(story, owner)
    assert "weniger" in html(story.narrow(file, "agency", owner)).text
    return file


def narrowed_once_dropped(story: Story, owner: Any) -> IdeaAttachment:
    file = dropped(story, owner)
    story.narrow(file, "ministry", owner)
    return file


def attached_anew_for_few(story: Story, owner: Any) -> IdeaAttachment:
    file = story.attach()
    story.send()
    story.drop(file)
    story.attach("ministry")
    story.send()
    return file


def attached_anew_for_few_in_what_waits(story: Story, owner: Any) -> IdeaAttachment:
    file = story.attach()
    story.send()
    story.drop(file)
    story.attach("ministry")
    story.send(None)
    return file


def held_back(story: Story, owner: Any) -> IdeaAttachment:
    file = dropped(story, owner)
    story.judge("redact", held_back=(f"file-{file.id}",), passages=(("Siehe", ""),))
    return file


def refused_by_the_scanner(story: Story, owner: Any) -> IdeaAttachment:
    file = dropped(story, owner)
    file.scan = "infected"
    return file


def not_scanned_yet(story: Story, owner: Any) -> IdeaAttachment:
    file = dropped(story, owner)
    file.scan = "waiting"
    return file


def of_a_version_for_few(story: Story, owner: Any) -> IdeaAttachment:
    """Nobody but the agency read the first version; the second speaks to everyone, by another question."""
    story.write({}, "agency")
    file = story.attach()
    story.send()
    story.drop(file)
    save_draft(story.idea.id, Changes({}, {story.other.id: "Für alle."}, {story.other.id: "public"}), tab="t")
    story.send()
    return file


def hidden(story: Story, owner: Any) -> IdeaAttachment:
    file = dropped(story, owner)
    story.judge("hide")
    return file


def withdrawn(story: Story, owner: Any) -> IdeaAttachment:
    file = dropped(story, owner)
    operations.withdraw(story.actor, story.idea.id)
    return file


def merged(story: Story, owner: Any) -> IdeaAttachment:
    file = dropped(story, owner)
    target = story.make.idea(consultation=story.consultation, author=story.cast.outsider)
    story.reason = "duplicate"
    story.judge("merge", target=target.number)
    return file


State = Callable[[Story, Any], IdeaAttachment]
# state -> who is handed the file
READ: dict[State, frozenset[str]] = {
    kept: ALL,
    dropped: ALL,
    dropped_long_ago: ALL,
    dropped_by_what_waits: ALL,
    only_in_what_waits: AUTHORS | MODERATORS,
    only_in_what_was_rejected: AUTHORS,
    of_a_version_taken_back_at_once: AUTHORS,
    for_the_agency: AUTHORS | {"analyst", "official"},
    dropped_for_the_agency: AUTHORS,
    narrowed: AUTHORS | {"analyst", "official"},
    narrowed_once_dropped: AUTHORS,
    attached_anew_for_few: AUTHORS,
    attached_anew_for_few_in_what_waits: ALL,
    held_back: AUTHORS,
    refused_by_the_scanner: NOBODY,
    not_scanned_yet: NOBODY,
    of_a_version_for_few: AUTHORS,
    hidden: AUTHORS | MODERATORS,
    withdrawn: AUTHORS,
    merged: AUTHORS,
}
SAID = {
    narrowed: "Ein Anhang dieser Fassung ist nicht für alle.",
    narrowed_once_dropped: "Ein Anhang dieser Fassung ist nicht für alle.",
    attached_anew_for_few: "Ein Anhang dieser Fassung ist nicht für alle.",
    of_a_version_for_few: "Ein Anhang dieser Fassung ist nicht für alle.",
    for_the_agency: "Ein Anhang dieser Fassung ist nicht für alle.",
    held_back: "Die Moderation hält einen Anhang zurück",
    refused_by_the_scanner: "Der Virenscanner hat etwas darin gefunden",
    not_scanned_yet: "wird noch geprüft",
}


@pytest.fixture
def readers(story: Story, cast: Any, new_client: Any, sign_in: Any) -> dict[str, Any]:
    """A browser for each of them."""
    people = {who: story.beside if who == "beside" else getattr(cast, who) for who in sorted(ALL - {"visitor"})}
    return {"visitor": new_client(), **{who: sign_in(new_client(), person) for who, person in people.items()}}


@pytest.mark.parametrize("state", READ, ids=lambda one: one.__name__)
def test_who_reads_it(state: State, story: Story, owner: Any, db: Any, readers: dict[str, Any]) -> None:
    file = state(story, owner)
    db.session.commit()
    address = f"/de/ideas/files/{file.key}"
    found = {who for who, client in readers.items() if client.get(address).status_code == 200}
    assert found == READ[state], found ^ READ[state]


@pytest.mark.parametrize("state", READ, ids=lambda one: one.__name__)
def test_the_page_of_a_version_leads_to_no_error_and_says_what_is_not_there(
    state: State, story: Story, owner: Any, db: Any, readers: dict[str, Any]
) -> None:
    """Whoever reads a version is handed each file that its page leads to; of others it says why they are not there."""
    file = state(story, owner)
    db.session.commit()
    listed = set()
    for who in ("visitor", "owner", "beside", "analyst", "official", "moderator"):
        for number in (1, 2, 3):
            answer = readers[who].get(f"/de/ideas/{story.idea.number}/versions/{number}")
            if answer.status_code != 200:
                continue
            page = html(answer)
            links = {one for one in page.links() if "/ideas/files/" in one}
            assert all(readers[who].get(one).status_code == 200 for one in links), (who, number)
            listed |= {who for one in links if one.endswith(file.key)}
            if who == "visitor" and number == 1 and state in SAID:
                assert SAID[state] in page.text and file.key not in page.source
    assert ("visitor" in listed) is ("visitor" in READ[state])
    assert ("owner" in listed) is ("owner" in READ[state] and state is not withdrawn and state is not merged)


def test_narrowing_a_file_is_logged_and_holds_in_what_is_written_next(
    story: Story, owner: Any, db: Any, client: Any
) -> None:
    file = kept(story, owner)
    story.narrow(file, "agency", owner)
    assert file.title not in client.page(f"/de/ideas/{story.idea.number}").text
    events = db.session.query(AuditRow).filter_by(event="idea.attachment_narrowed").all()
    assert len(events) == 1
    draft = owner.page(f"/de/ideas/drafts/{tokens.draft_token(story.idea.draft_key)}")
    assert "Clusteragentur und Ministerium" in draft.one(".c-files").get_text()
    story.write({"title": "Dritte"}, "public")
    story.send()
    db.session.commit()
    assert client.get(f"/de/ideas/files/{file.key}").status_code == 404


@pytest.mark.parametrize(("field", "value", "status"), [
    ("file-{}", "public", 422), ("file-{}", "anonymous", 422), ("file-{}", "all", 422),
    ("file-99999999999999999999", "ministry", 303), ("file-", "ministry", 303), ("file-x", "ministry", 303),
])  # fmt: skip
def test_nobody_widens_a_file(
    field: str, value: str, status: int, story: Story, owner: Any, client: Any, db: Any
) -> None:
    file = kept(story, owner)
    story.narrow(file, "agency", owner)
    db.session.commit()
    address = f"/de/ideas/status/{tokens.status_token(story.idea.draft_key)}"
    form = owner.page(address).form('form[action$="/audience"]')
    answer = owner.post(f"{address}/audience", data={**form, field.format(file.id): value})
    assert answer.status_code == status
    db.session.refresh(file)
    assert file.audience == "agency"


def test_the_files_of_others_are_not_narrowed(
    story: Story, owner: Any, make: Any, cast: Any, consultation: Any, db: Any
) -> None:
    file = kept(story, owner)
    own = make.idea(consultation=consultation, author=cast.outsider)
    db.session.commit()
    address = f"/de/ideas/status/{tokens.status_token(own.draft_key)}"
    form = owner.page(address).form('form[action$="/audience"]')
    owner.post(f"{address}/audience", data={**form, f"file-{file.id}": "ministry"})
    db.session.refresh(file)
    assert file.audience == "public"
