"""Public pages: the list with its files, one offer, its counterparts, how matching counts, what became of interest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import current_app, render_template, request
from werkzeug.wrappers import Response

from consult.core.access import Actor, access, current_actor
from consult.core.atom import Entry, feed, identifier
from consult.core.clock import now, today
from consult.core.errors import NotFound
from consult.core.i18n import _, _l, current_language, pick, picked_language
from consult.core.outlets import ATOM, FEED_SIZE, FORMATS
from consult.core.registry import FooterItem, registries
from consult.core.tables import Column, table_response
from consult.core.templating import with_query
from consult.core.vocabularies import term_title
from consult.core.web import address, path, room_blueprint
from consult.organisations import acting
from consult.partnering import figures as numbers
from consult.partnering import filters, matching, queries, rules, words
from consult.partnering.matches import match_count, matches_page
from consult.partnering.models import Offer, OfferVersion

blueprint = room_blueprint("partnering", __name__)

SHOWN_MATCHES = 5


def footer_item() -> FooterItem:
    """Where every page leads here: the menu is full, and the home page and the portraits have links of their own."""
    return FooterItem(25, _l("Take part"), "partnering.index", _l("Find partners"))


def find(slug: str) -> Offer:
    """The offer of this address, or NotFound."""
    offer = queries.offer_by_slug(slug)
    if offer is None:
        raise NotFound(_("There is no such offer."))
    return offer


# ---- the list -------------------------------------------------------------------------------------------------------


@blueprint.get("/partners/")
@access("public")
def index() -> str:
    """Offers and requests, filtered; everything stands in the address."""
    wanted, titles = filters.read(), queries.titles()
    after = request.args.get("after")
    page = queries.offers_page(wanted, after)
    counts = queries.offer_counts(wanted, empty=not page.items and not after)
    return render_template(
        "partnering/index.html",
        page=page,
        wanted=wanted,
        total=filters.total_words(counts),
        groups=filters.groups(wanted, counts, titles),
        chips=filters.chips(wanted, titles),
        chosen=sum(len(codes) for codes in wanted.chosen.values()) + bool(wanted.q),
        ways_out=filters.ways_out(wanted, titles) if not page.items and wanted.active else [],
        files=[(fmt, label, path("partnering.export", fmt=fmt) + _query()) for fmt, label in FORMATS.items()],
        words=words,
        titles=titles,
    )


def _query() -> str:
    """The filters of the address, without the place in the list."""
    _path, mark, query = with_query(after=None).partition("?")
    return mark + query


@blueprint.get("/partners/offers.<any(csv, xlsx, json, atom):fmt>")
@access("public")
def export(fmt: str) -> Response:
    """The filtered list as a file or feed; an anonymous offer stands in it without owner."""
    wanted, titles = filters.read(), queries.titles()
    if fmt == ATOM:
        found = queries.offers_page(replace(wanted, sort=queries.NEWEST), size=FEED_SIZE).items
        shown = current_app.config["SETTINGS"].site_url + path("partnering.index") + _query()
        return feed("list/partners", _("Offers and requests"), shown, [_entry(one) for one in found])
    return table_response(fmt, _("partners"), COLUMNS, _rows(wanted, titles), sheet=_("Partners"))


def _entry(offer: Offer) -> Entry:
    published = offer.published_at or now()  # a public offer has been published
    return Entry(
        id=identifier(f"partners/{offer.slug}"), title=pick(offer.title), language=picked_language(offer.title) or "de",
        url=address("partnering.show", slug=offer.slug), published=published, updated=published,
        summary=pick(offer.teaser), author=pick(offer.owner_title) if offer.shows_owner else "",
        categories=[offer.kind, offer.category],
    )  # fmt: skip


COLUMNS = (
    Column("key", _l("Key")),
    Column("kind", _l("What is it?")),
    Column("category", _l("Kind of cooperation"), 30),
    Column("title", _l("Title"), 50),
    Column("text", _l("Beginning of the text"), 60),
    Column("owner", _l("From"), 40),
    Column("owner_kind", _l("Kind of owner")),
    Column("topics", _l("Topics"), 40),
    Column("technologies", _l("Key technologies"), 40),
    Column("sector", _l("Sector"), 30),
    Column("country", _l("Country")),
    Column("region", _l("Land")),
    Column("partners_from", _l("Partners from"), 30),
    Column("stage", _l("Stage of the value chain")),
    Column("format", _l("How")),
    Column("languages", _l("Languages"), 24),
    Column("programme", _l("Programme"), 40),
    Column("deadline", _l("Deadline of the programme")),
    Column("published", _l("Published")),
    Column("holds_until", _l("Holds until")),
    Column("example", _l("Example")),
    Column("url", _l("Address"), 50),
)


def _rows(wanted: queries.OfferFilter, titles: dict[str, dict[str, str]]) -> Iterator[list[Any]]:
    for offer in queries.all_offers(wanted):
        last = words.last_day(offer)
        named = offer.shows_owner
        yield [
            offer.slug, words.kind_word(offer.kind), term_title("cooperation_categories", offer.category), offer.title,
            offer.teaser, offer.owner_title if named else None,
            words.owner_kind_word(offer.owner_kind) if named else None,
            [titles["topic"].get(code, code) for code in offer.topics],
            [term_title("key_technologies", code) for code in offer.technologies],
            term_title("nace_rev2_1", offer.sector) if offer.sector else None, term_title("countries", offer.country),
            term_title("nuts2024_de", offer.region) if offer.region else None, words.wants_words(offer.countries),
            term_title("value_chain_stages", offer.stage) if offer.stage else None,
            str(words.FORMATS.get(offer.format, offer.format)),
            [term_title("working_languages", code) for code in offer.languages],
            titles["programme"].get(str(offer.programme_id)) if offer.programme_id else None, offer.deadline,
            offer.published_at, last.date() if last else None, offer.is_example,
            address("partnering.show", slug=offer.slug),
        ]  # fmt: skip


# ---- one offer ------------------------------------------------------------------------------------------------------


@blueprint.get("/partners/<slug>")
@access("public")
def show(slug: str) -> Any:
    """One offer for its readers and its side. What was public once and is not any more keeps a stub at its address."""
    offer, actor = find(slug), current_actor()
    side = rules.is_side(actor, offer)
    if not side and not offer.is_public:
        if not offer.was_public:
            raise NotFound(_("There is no such offer."))
        return render_template("partnering/stub.html", offer=offer, words=words), 410
    version = queries.version_by_id(offer.public_version_id if not side else _own_version(offer))
    titles = queries.titles()
    found = matches_page(offer, titles["topic"], size=SHOWN_MATCHES, own_side=side) if offer.is_public else None
    return render_template(
        "partnering/show.html",
        offer=offer,
        version=version,
        text_language=_text_language(version),
        facts=words.facts_of(offer, titles),
        words=words,
        matches=found,
        side=side,
        waiting=queries.waiting_interests(offer.id) if side else 0,
        mine=queries.live_interest(offer.id, actor.person_id) if not side else None,
        may_ask=rules.can_show_interest(actor, offer),
        possible=_acts(actor, offer) if side else {},
        named=side or offer.shows_owner,
    )


def _own_version(offer: Offer) -> int | None:
    """The side reads what everyone reads; what waits or was returned where nothing is public."""
    return offer.public_version_id or offer.waiting_version_id or queries.newest_version_id(offer.id)


def _text_language(version: OfferVersion | None) -> str:
    """The language in which the text is read: the page's where it was written in it."""
    written = list(version.body) if version is not None else []
    here = current_language()
    return here if here in written or not written else written[0]


def _acts(actor: Actor, offer: Offer) -> dict[str, bool]:
    return {
        "edit": rules.can_edit(actor, offer),
        "renew": rules.can_renew(actor, offer, now()),
        "withdraw": rules.can_withdraw(actor, offer),
    }


@blueprint.get("/partners/<slug>/matches")
@access("public")
def matches(slug: str) -> str:
    """All counterparts of an offer with their reasons, best first."""
    offer, actor = find(slug), current_actor()
    if not rules.can_read(actor, offer):
        raise NotFound(_("There is no such offer."))
    side = rules.is_side(actor, offer)
    fresh = side and request.args.get("new") == "1"
    topics = queries.titles()["topic"]
    page = matches_page(offer, topics, request.args.get("after"), own_side=side, fresh=fresh)
    return render_template(
        "partnering/matches.html", offer=offer, page=page, side=side, fresh=fresh, words=words,
        total=match_count(offer, side), least=matching.LEAST,
    )  # fmt: skip


# ---- explanations ---------------------------------------------------------------------------------------------------


@blueprint.get("/partners/matching")
@access("public")
def how() -> str:
    """The formula with its weights, in words that everyone can check."""
    return render_template(
        "partnering/matching.html",
        weights=[(str(matching.TITLES[name]), most, _rule(name)) for name, most in matching.WEIGHTS.items()],
        total=sum(matching.WEIGHTS.values()),
        least=matching.LEAST,
        mutual=[term_title("cooperation_categories", code) for code in matching.MUTUAL],
    )


def _rule(name: str) -> str:
    rules_in_words = {
        "topics": _(
            "Topics and key technologies that both name, divided by those of the side that names fewer. All of them in "
            "common gives all the points."
        ),
        "category": _("All points where both chose the same kind of cooperation, otherwise none."),
        "countries": _(
            "All points where each side names the other's country, %(points)s where only one does and the other is open "
            "to all.",
            points=matching.ONE_COUNTRY,
        ),
        "programme": _(
            "All points for the same programme whose deadline has not passed, %(points)s where one side names a programme "
            "that is open and the other names none.",
            points=matching.OPEN_PROGRAMME,
        ),
        "stage": _(
            "All points for stages that follow on each other, for example develop and test; %(points)s for the same stage.",
            points=matching.SAME_STAGE,
        ),
        "place": _(
            "All points where both can work online. Where people meet on site: all points within the same Land, "
            "%(points)s within the same country.",
            points=matching.SAME_COUNTRY,
        ),
    }
    return rules_in_words[name]


@blueprint.get("/partners/figures")
@access("public")
def figures() -> str:
    """What became of interest, counted."""
    return render_template("partnering/figures.html", tables=numbers.figures(), fewest=numbers.FEWEST, day=today())


def owner_choices(actor: Actor, more: tuple[str, int] | None = None) -> list[tuple[str, str]]:
    """What the actor may speak for, as (value, words): organisations, clusters, and `more` where it is theirs."""
    ends: dict[tuple[str, int], str] = {}
    for member in actor.memberships:
        if rules.can_offer_for(actor, "organisation", member.organisation_id):
            ends[("organisation", member.organisation_id)] = member.name
    clusters = sorted(number for number in actor.cluster_ids if rules.can_offer_for(actor, "cluster", number))
    if clusters:
        described = registries.subjects["cluster"].describe(clusters)
        ends |= {("cluster", number): one.title for number, one in sorted(described.items())}
    if more is not None and more not in ends and rules.can_offer_for(actor, *more):
        one = registries.subjects[more[0]].describe([more[1]]).get(more[1])
        if one is not None:
            ends[more] = one.title
    kept = acting.last(actor)  # the organisation for which the actor acted last comes first
    ordered = sorted(ends.items(), key=lambda one: one[0] != ("organisation", acting.number(kept)))
    return [(f"{kind}/{number}", f"{words.owner_kind_word(kind)}: {name}") for (kind, number), name in ordered]
