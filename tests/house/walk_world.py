"""A small world for walks over all addresses: things of every kind that belong to people none of the walkers is.

The owner of everything is `cast.owner` with company and colleague; beside them stand the manager of `cast.cluster` and
Paula Participant. The walkers (`walk_table.ROLES`) are others: another company, the manager of another cluster, and so on.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy import Column, DateTime, Integer, LargeBinary, String, Text

from consult.accounts.models import DataRequest, OutsideIdentity, RoleGrant, SecondFactor
from consult.accounts.operations import start_session
from consult.clusters import mergers
from consult.clusters.models import ClusterClaim, ClusterVersion, Observation
from consult.comments.models import Comment
from consult.core.clock import now
from consult.core.db import db
from consult.core.imports import ImportRun
from consult.core.jobs import Job
from consult.core.text import render_markdown
from consult.evaluation.models import Commitment, Response, ResponseDraft, ResponseIdea, ResponseVersion
from consult.ideas.models import IdeaAttachment, IdeaCoauthor, IdeaInvitation
from consult.links.models import Link
from consult.moderation.models import SecondLook
from consult.moderation.queries import waiting_case
from consult.notifications.models import Follow, Notice, SavedSearch
from consult.organisations.models import OrganisationInvitation, OrganisationMember, OrganisationRequest
from consult.programmes.models import Call, Programme
from consult.projects.models import ActivityMessage, Membership, Participation
from consult.redress.models import Complaint
from consult.topics.models import Topic, TopicVersion
from tests.partnering.conftest import Market

# Stands in every text that only its people may read; no refused answer may hold it.
SECRET = "Kobaltblau-Geheimnis"
# Stands in a published answer that only the ministry may read.
RESTRICTED = "Ultraviolett-Vermerk"
UNKNOWN = "Rm9yZ2VkLXRva2VuLW9mLW5vYm9keS1hdC1hbGw"
_numbers = count(1)


def _value(column: Column[Any]) -> Any:
    number = next(_numbers)
    if isinstance(column.type, (String, Text)):
        return f"x{number}"
    if isinstance(column.type, LargeBinary):
        return b"x"
    if isinstance(column.type, Integer):
        return number
    kind = getattr(column.type, "impl", column.type)
    return now() + timedelta(days=9) if isinstance(kind, DateTime) else {}


def fill(make: Any, model: Any, **given: Any) -> Any:
    """A row with these values, and with any value where the table asks for one."""
    for column in model.__table__.columns:
        free = column.nullable or column.default is not None or column.server_default is not None
        if column.name in given or free or (column.primary_key and not column.foreign_keys):
            continue
        given[column.name] = _value(column)
    return make.add(model(**given))


class World:
    """The things, and what each argument of an address stands for."""

    def __init__(self, make: Any, cast: Any) -> None:
        self.make, self.cast = make, cast
        self.fill = partial(fill, make)
        self.arguments: dict[str, Any] = {
            "token": UNKNOWN, "receipt": UNKNOWN, "number": 1, "language": "en", "fmt": "csv", "what": "sign_in",
            "position": 1, "version": 1, "filename": "none.css", "file": "none.webp", "mail_id": 1,
        }  # fmt: skip
        self.queries = {"clusters.value_new": ("kind",)}  # what an address needs behind its question mark
        self.of_room: dict[str, dict[str, Any]] = {}
        self.of_endpoint: dict[str, dict[str, Any]] = {}
        self.victims: list[Any] = []
        self.consultation = make.consultation(slug="walk", introduction={"de": "", "en": ""})
        self._people()
        self._ideas()
        self._evaluation()
        self._moderation()
        self._clusters()
        self._market()
        self._projects()
        self._editorial()

    def values(self, endpoint: str, names: set[str], hidden: bool = False) -> dict[str, Any]:
        """The arguments for an address; with `hidden` those of a thing that is not public yet."""
        known = {
            **self.arguments,
            **self.of_room.get(endpoint.split(".")[0], {}),
            **self.of_endpoint.get(endpoint, {}),
            **(self._hidden_values(endpoint) if hidden else {}),
        }
        return {name: known[name] for name in (*names, *self.queries.get(endpoint, ()))}

    def _hidden_values(self, endpoint: str) -> dict[str, Any]:
        room = endpoint.split(".")[0]
        if room == "comments":
            return {"kind": "idea", "key": self.waiting.number, "comment_id": self.hidden_comment.id}
        if endpoint.endswith("topic") or room == "topics":
            return {"slug": self.hidden_topic.slug}
        return {"number": self.waiting.number, "slug": self.hidden_offer.slug, "id": self.hidden_comment.id}

    def _know(self, room: str, **values: Any) -> None:
        self.of_room.setdefault(room, {}).update(values)

    def _people(self) -> None:
        owner, company, guest = self.cast.owner, self.cast.company, self.cast.participant
        colleague = self.cast.colleague
        _token, session = start_session(owner, how="test", factor="totp")
        db.session.flush()
        factor = self.fill(SecondFactor, person_id=owner.id, kind="totp", name=SECRET)
        outside = self.fill(OutsideIdentity, person_id=owner.id)
        invitation = self.fill(
            OrganisationInvitation, organisation_id=company.id, email="new@people.example",
            email_key="new@people.example", roles=["author"], note=SECRET, invited_by=owner.id,
        )  # fmt: skip
        request = self.fill(OrganisationRequest, organisation_id=company.id, person_id=guest.id, message=SECRET)
        notice = self.fill(Notice, person_id=owner.id, kind="idea.published", context={"title": SECRET})
        member = db.session.query(OrganisationMember).filter_by(person_id=owner.id).one()
        grant = db.session.query(RoleGrant).filter_by(person_id=owner.id).one()
        search = self.fill(SavedSearch, person_id=owner.id, kind="ideas", query={"q": [SECRET]})
        follow = self.fill(Follow, person_id=owner.id, kind="organisation", subject_id=company.id)
        self.victims += [
            owner,
            company,
            session,
            search,
            follow,
            factor,
            outside,
            invitation,
            request,
            notice,
            member,
            grant,
        ]
        self._know("accounts", session_id=session.id, factor_id=factor.id, identity_id=outside.id)
        self._know(
            "organisations", slug=company.slug, request_id=request.id, invitation_id=invitation.id,
            person_id=colleague.id,
        )  # fmt: skip
        self._know("notifications", notice_id=notice.id, follow_id=follow.id, search_id=search.id, act="delete")
        self._know("admin", person_id=owner.id, member_id=member.id, grant_id=grant.id, organisation_id=company.id)

    def _ideas(self) -> None:
        owner, company = self.cast.owner, self.cast.company
        new = partial(self.make.idea, consultation=self.consultation, author=owner, organisation=str(company.id))
        answers = {1: "Antwort.", 2: (f"{RESTRICTED} dazu.", "ministry")}
        self.idea = new("Offen und lesbar", answers=answers)
        self.waiting = new(f"{SECRET} wartet", status="submitted")
        self.draft = new(f"{SECRET} im Entwurf", status="draft")
        self.published = (self.idea.id, self.idea.number)
        self.unpublished = (self.waiting.id, self.waiting.number)
        coauthor = self.fill(
            IdeaCoauthor, idea_id=self.idea.id, email="co@people.example", email_key="co@people.example"
        )
        late = self.fill(IdeaInvitation, consultation_id=self.consultation.id, email="late@people.example")
        comment = self.fill(
            Comment, subject_kind="idea", subject_id=self.idea.id, author_id=owner.id, status="published", body="Ja."
        )
        self.hidden_comment = self.fill(
            Comment, subject_kind="idea", subject_id=self.idea.id, author_id=owner.id, status="pending", body=SECRET
        )
        self.victims += [self.idea, self.waiting, self.draft, coauthor, late, comment]
        link = self.fill(
            Link, type="partner", from_kind="idea", from_id=self.idea.id, to_kind="cluster",
            to_id=self.cast.cluster.id, status="proposed", note=SECRET,
        )  # fmt: skip
        self.victims.append(link)
        self._know(
            "ideas", number=self.idea.number, link_id=link.id, coauthor_id=coauthor.id, invitation_id=late.id,
            slug="walk", idea_id=self.draft.id,
        )  # fmt: skip
        self._know("links", link_id=link.id)
        self._know("comments", kind="idea", key=self.idea.number, comment_id=comment.id)
        self._know("consultations", slug="walk")
        self._know("consultations_admin", slug="walk")
        self._know("paper", slug="walk", kind="odt", number=self.idea.number)
        file = self.fill(IdeaAttachment, idea_id=self.draft.id, title=SECRET, audience="public", scan="clean")
        self.victims.append(file)
        self.of_endpoint["ideas.file"] = {"key": file.key}
        self.of_endpoint["paper.table"] = {"kind": "csv"}
        self._know("api", number=self.idea.number, consultation="walk", id=comment.id, name="services")
        self.of_endpoint["api.consultation"] = {"slug": "walk"}

    def _evaluation(self) -> None:
        moment = now()
        response = self.fill(
            Response, consultation_id=self.consultation.id, key="walk-response", status="published", version=1,
            published_at=moment,
        )  # fmt: skip
        self.fill(
            ResponseVersion,
            response_id=response.id,
            number=1,
            position="examined",
            body="Ja.",
            html=render_markdown("Ja."),
        )
        self.fill(ResponseIdea, response_id=response.id, idea_id=self.idea.id)
        self.fill(ResponseDraft, response_id=response.id, content={"status": "examined", "body": SECRET})
        commitment = self.fill(Commitment, response_id=response.id, title="Zusage", unit="Referat")
        self.idea.response, self.idea.responded_at = "examined", moment
        db.session.flush()
        self.victims += [response, commitment]
        self._know("evaluation", slug="walk", response_id=response.id, commitment_id=commitment.id)
        self.of_endpoint["api.response"] = {"id": response.id}

    def _moderation(self) -> None:
        case = waiting_case("idea", self.waiting.id)
        assert case is not None
        decision = self.make.decide("idea", self._second().id, "return", reason="unreadable", note="Bitte genauer.")
        look = self.fill(
            SecondLook, decision_id=decision.id, consultation_id=self.consultation.id, outcome="return",
            made_at=now(), reviewer_id=self.cast.moderator2.id,
        )  # fmt: skip
        complaint = self.fill(
            Complaint, party="author", decision_id=decision.id, kind="idea", consultation_id=self.consultation.id,
            body=SECRET, person_id=self.cast.owner.id,
        )  # fmt: skip
        self.victims += [case, decision, look, complaint]
        self._know("moderation", case_id=case.id, decision_id=decision.id, look_id=look.id, code="unreadable")
        self._know("redress", case_id=case.id, complaint_id=complaint.id, scope="texts", key=f"p{self.cast.owner.id}")

    def _second(self) -> Any:
        return self.make.idea(
            f"{SECRET} zurück", consultation=self.consultation, author=self.cast.owner, status="submitted"
        )

    def _clusters(self) -> None:
        cluster, manager = self.cast.cluster, self.cast.cluster_manager
        other = self.make.cluster("Licht am Meer", slug="licht-am-meer", nuts1="DEF", country="DE")
        claim = self.fill(
            ClusterClaim, cluster_id=other.id, person_id=self.cast.participant.id, status="open", proof=SECRET
        )
        version = self.fill(
            ClusterVersion, cluster_id=cluster.id, number=1, status="waiting", author_id=manager.id, note=SECRET
        )
        twice = self.make.cluster("Licht noch einmal", slug="licht-noch-einmal", nuts1="DEF", country="DE")
        merger = mergers.merge(self.make.actor(self.cast.editor), twice.id, other.id, "Zweimal eingetragen.")
        value = self.fill(Observation, cluster_id=cluster.id, kind="members", number=9, position=1)
        self.of_endpoint["clusters.value_new"] = {"kind": "members"}
        self.of_endpoint["clusters.value_edit"] = self.of_endpoint["clusters.value_end"] = {"number": value.id}
        self.victims += [cluster, claim, version, merger, value]
        self._know(
            "clusters", slug=cluster.slug, claim_id=claim.id, version_id=version.id, merger_id=merger.id,
            person_id=manager.id, name="strengths", fmt="json",
        )  # fmt: skip
        self.of_endpoint["api.cluster"] = {"slug": cluster.slug}

    def _market(self) -> None:
        market = Market(self.make, self.cast)
        offer = market.offer()
        self.hidden_offer = market.offer(f"{SECRET} in Prüfung", status="submitted")
        interest = market.interest(offer, self.cast.participant, contact=SECRET)
        self.victims += [offer, self.hidden_offer, interest]
        self._know("partnering", slug=offer.slug, interest_id=interest.id)
        self.of_endpoint["api.offer"] = self.of_endpoint["api.offer_matches"] = {"slug": offer.slug}

    def _projects(self) -> None:
        guest, host = self.cast.participant, self.cast.cluster
        activity = self.make.activity("Werkstatt", organiser_kind="cluster", organiser_id=host.id, capacity=9)
        place = self.fill(
            Participation, activity_id=activity.id, person_id=guest.id, status="confirmed", message=SECRET
        )
        message = self.fill(
            ActivityMessage, activity_id=activity.id, status="published", title=SECRET, body=SECRET,
            author_id=self.cast.cluster_manager.id, published_at=now(),
        )  # fmt: skip
        project = self.make.project("Vorhaben", joining={"roles": [{"role": "partner"}]}, joining_open=True)
        part = self.fill(
            Membership, project_id=project.id, person_id=guest.id, role="partner", status="requested", message=SECRET
        )
        self.victims += [activity, place, message, project, part]
        self._know("activities", slug=activity.slug, participation_id=place.id, message_id=message.id)
        self._know("projects", slug=project.slug, membership_id=part.id)
        self._know("projects_editorial", slug=activity.slug)
        self.of_endpoint["projects_editorial.project"] = {"slug": project.slug}
        self.of_endpoint["api.activity"] = {"slug": activity.slug}
        self.of_endpoint["api.project"] = {"slug": project.slug}

    def _editorial(self) -> None:
        both = {"de": "Programm", "en": "Programme"}
        programme = self.fill(Programme, slug="walk-programme", title=both, summary=both, kind="funding", level="state")
        call = self.fill(
            Call, programme_id=programme.id, slug="walk-call", title=both, opens_at=now(),
            closes_at=now() + timedelta(days=40),
        )  # fmt: skip
        topic = self.fill(Topic, slug="walk-topic", title=both, kind="topic-of-the-month", published_at=now())
        self.hidden_topic = self.fill(
            Topic, slug="hidden-topic", title={"de": SECRET, "en": SECRET}, kind="topic-of-the-month", status="draft",
            published_at=now() + timedelta(days=99),
        )  # fmt: skip
        self.fill(TopicVersion, topic_id=topic.id, number=1)
        run = self.fill(ImportRun, kind="clusters", filename="x.csv", content=b"slug\n")
        job = self.fill(Job, kind="walk", payload={})
        asked = self.fill(
            DataRequest, kind="access", channel="letter", name=SECRET, received_on=now().date(), due_on=now().date()
        )
        self.victims += [programme, call, topic, run, job, asked]
        for room in ("programmes", "programmes_editorial"):
            self._know(room, slug=programme.slug, call=call.slug)
        for room in ("topics", "editorial"):
            self._know(room, slug=topic.slug, number=1)
        self._know("paper", run_id=run.id)
        self._know("admin", run_id=run.id, job_id=job.id, name="clusters", request_id=asked.id)
        self._know("pages", name="imprint")
        self.of_endpoint["api.programme"] = {"slug": programme.slug}
        self.of_endpoint["api.topic"] = {"slug": topic.slug}
