"""Ideas: what companies write in answer to the guiding questions, from the first draft to the published page.

Words: an *idea* has *versions*, a version has *answers*, each for an *audience*; a *draft* is what is still being written;
people give an idea their *support*. What always holds: a version is never changed after it was sent; what everyone reads
is the public version, and an edit waits beside it; an answer is read by its audience only, through every outlet; nothing
becomes public but by moderation.
"""

from __future__ import annotations

from flask import Flask

from consult.core.i18n import _l
from consult.core.registry import (
    Commentable,
    Loader,
    ModeratedKind,
    NavigationItem,
    Searchable,
    SubjectKind,
    registries,
)
from consult.ideas import (
    attachments,
    cards,
    decisions,
    demo_signoff,
    exchange,
    jobs,
    loading,
    naming,
    news,
    operations,
    panels,
    personal,
    publishing,
    recounting,
    release_notices,
    review,
    saved,
    subjects,
    views,
    views_attachments,
    views_helps,
    views_late,
    views_living,
    views_release,
    views_writing,
)

KIND = subjects.KIND


def init_app(app: Flask) -> None:
    """Register pages and jobs, and with the core what other rooms may know of ideas."""
    # these modules register by being imported
    assert (
        naming.NAMED_ANEW
        and jobs.BATCH
        and views_helps.READY
        and views_late.FOUND
        and views_living.FOUND
        and views_release.FOUND
    )
    assert views_writing.FOUND
    app.register_blueprint(views.blueprint)
    app.jinja_env.globals.update(idea_card=cards.idea_card, gone_words=attachments.gone_words)
    app.before_request_funcs.setdefault(None, []).insert(0, views_attachments.allow_large_file)
    registries.subjects[KIND] = SubjectKind(
        KIND,
        _l("Idea"),
        subjects.describe,
        subjects.find,
        subjects.picker,
        subjects.may_manage,
        subjects.speakers,
    )
    registries.moderated[KIND] = ModeratedKind(
        KIND, review.review, decisions.apply, review.involved, review.outcomes, decisions.reverse,
        frozenset({"hide", "split"}), review.preview, subjects.due_days,
    )  # fmt: skip
    registries.searchables[KIND] = Searchable(KIND, subjects.documents, _l("Ideas"))
    registries.commentable[KIND] = Commentable(
        KIND, subjects.comment_mode, operations.count_comments, subjects.watchers, subjects.consultation_of,
        subjects.due_days,
    )  # fmt: skip
    for kind in (*news.KINDS, *release_notices.KINDS):
        registries.notice_kinds[kind.kind] = kind
    registries.resolvers["ideas.show"] = lambda values: _resolve(values.get("number", ""))
    registries.question_in_use.append(subjects.question_in_use)
    registries.personal_data["ideas"] = personal.PERSONAL_DATA
    registries.on_touch.append(publishing.refresh_facets)
    registries.spoken_for.append(subjects.spoken_for)
    registries.saved_lists[saved.LIST.kind] = saved.LIST
    registries.counters["ideas"] = recounting.recount
    registries.exchanges[exchange.EXCHANGE.name] = exchange.EXCHANGE
    registries.loaders.append(Loader(70, "demo", "ideas", loading.load, loading.shift))
    registries.loaders.append(Loader(71, "demo", "sign-off", demo_signoff.load, demo_signoff.shift))
    registries.navigation.append(NavigationItem(20, "ideas", "ideas.index", _l("Ideas")))
    registries.me_sections.extend((panels.TO_RELEASE, panels.MINE, panels.SHARED))
    for panel in panels.PANELS:
        registries.add_panel(panel)


def _resolve(number: str) -> tuple[str, int] | None:
    found = subjects.find(number)
    return (KIND, found) if found is not None else None
