"""Who may come in at every address that stands for a thing: the expectation of `test_walk`, by hand.

The things are those of `walk_world`: they belong to people none of the readers is. Whoever is named
gets the page, or an answer about what they typed (409, 422); everybody else 401, 403, 404 or 410, signed-out readers
also the way to the form of signing in. A new endpoint is decided on here before its tests pass.
"""

from __future__ import annotations

Who = frozenset[str]

# The readers. "company" writes for another company, "cluster" speaks for another cluster, "elsewhere" belongs to the
# ministry and moderates, evaluates and answers in another consultation; the others have their role for the whole site.
ROLES = (
    "visitor", "participant", "company", "cluster", "moderator", "editor", "analyst", "official", "administrator",
    "elsewhere",
)  # fmt: skip


def only(*roles: str) -> Who:
    """These readers and nobody else."""
    assert set(roles) <= set(ROLES)
    return frozenset(roles)


ALL = only(*ROLES)
SIGNED = ALL - {"visitor"}
NOBODY = only()
MODERATOR, EDITOR, ADMIN = only("moderator"), only("editor"), only("administrator")
OFFICE = only("official", "administrator")

TABLE: dict[str, Who] = {
    # ---- account: sessions, factors and links of somebody else -----------------------------------------------------
    "accounts.sent": ALL,
    "accounts.confirm": NOBODY,
    "accounts.end_session": NOBODY,
    "accounts.new_address": NOBODY,
    "accounts.outside_remove": NOBODY,
    "accounts.prove_link": NOBODY,
    "accounts.remove_factor": NOBODY,
    "accounts.reset": NOBODY,
    "accounts.sign_in_link": NOBODY,
    "accounts.undo_address": NOBODY,
    "notifications.open_notice": NOBODY,
    "notifications.search": NOBODY,
    "notifications.rename_search": NOBODY,
    "notifications.change_search": NOBODY,
    # ---- somebody else's organisation: its public page, and asking to join -----------------------------------------
    "organisations.show": ALL,
    "organisations.join": SIGNED,
    "organisations.withdraw_request": NOBODY,
    "organisations.leave": NOBODY,
    "organisations.invitation": NOBODY,
    "organisations.members": ADMIN,
    "organisations.edit": ADMIN,
    "organisations.invite": ADMIN,
    "organisations.answer_request": ADMIN,
    "organisations.set_roles": ADMIN,
    "organisations.remove": ADMIN,
    "organisations.signoff": ADMIN,
    "organisations.withdraw_invitation": ADMIN,
    # ---- a published idea of another company; tokens are guessed ---------------------------------------------------
    "ideas.show": ALL,
    "ideas.near": ALL,
    "ideas.file": NOBODY,
    "ideas.version": ALL,
    "ideas.follow": SIGNED,
    "ideas.support": SIGNED,
    "ideas.links": NOBODY,
    "ideas.propose": NOBODY,
    "ideas.end_link": NOBODY,
    "ideas.late": OFFICE,
    "ideas.invite_late": OFFICE,
    "ideas.revoke_late": OFFICE,
    "ideas.draft": NOBODY,
    "ideas.draft_helps": NOBODY,
    "ideas.autosave": NOBODY,
    "ideas.preview": NOBODY,
    "ideas.confirm": NOBODY,
    "ideas.release": NOBODY,  # who writes or approves in its organisation
    "ideas.note": NOBODY,
    "ideas.take_back": NOBODY,
    "ideas.status": NOBODY,
    "ideas.receipt": NOBODY,
    "ideas.invite": NOBODY,
    "ideas.remove_coauthor": NOBODY,
    "ideas.invited": NOBODY,
    "ideas.narrow": NOBODY,
    "ideas.withdraw": NOBODY,
    "links.confirm": NOBODY,
    "links.decline": NOBODY,
    "comments.show": ALL,
    "comments.new": SIGNED,
    "comments.create": SIGNED,
    "comments.edit": NOBODY,
    "comments.remove": NOBODY,
    # ---- moderation: cases of a consultation for which "elsewhere" has no role -------------------------------------
    "moderation.case": MODERATOR,
    "moderation.claim": MODERATOR,
    "moderation.decide": MODERATOR,
    "moderation.release": MODERATOR | only("elsewhere"),  # are told that somebody else holds it
    "moderation.reverse": NOBODY,  # who decided, within ten minutes
    "moderation.second_look": NOBODY,  # who decided first, and who looked
    "moderation.second_look_make": NOBODY,
    "moderation.second_look_follow": NOBODY,
    "moderation.reason_edit": ADMIN,
    "redress.case_file": MODERATOR | ADMIN,
    "redress.case_file_json": MODERATOR | ADMIN,
    "redress.complaint_case": MODERATOR,
    "redress.take_complaint": MODERATOR,
    "redress.answer_complaint": MODERATOR,
    "redress.record_dispute": MODERATOR,
    "redress.misuse_of": MODERATOR,
    "redress.judge": MODERATOR,
    "redress.complaint": NOBODY,
    "redress.complain": NOBODY,
    "redress.receipt": NOBODY,
    # ---- the portrait of another cluster ---------------------------------------------------------------------------
    "clusters.show": ALL,
    "clusters.neighbours": ALL,
    "clusters.profile_file": ALL,
    "clusters.claim": SIGNED,
    "clusters.claim_answer": NOBODY,
    "clusters.claim_withdraw": NOBODY,
    "clusters.claim_link": NOBODY,
    "clusters.confirm": NOBODY,  # editors confirm nothing in its name
    "clusters.confirm_link": NOBODY,
    "clusters.edit_link": NOBODY,
    "clusters.withdraw": NOBODY,  # editors send nothing that waits
    "clusters.changes_page": EDITOR,
    "clusters.edit": EDITOR,
    "clusters.value_edit": EDITOR,
    "clusters.value_end": EDITOR,
    "clusters.value_new": EDITOR,
    "clusters.editorial_claim": EDITOR,
    "clusters.editorial_listing": EDITOR,
    "clusters.editorial_manager_add": EDITOR,
    "clusters.editorial_manager_remove": EDITOR,
    "clusters.editorial_merge": EDITOR,
    "clusters.editorial_merger_undo": EDITOR,
    "clusters.editorial_show": EDITOR,
    "clusters.editorial_translate": EDITOR,
    "clusters.editorial_undo": EDITOR,
    # ---- another company's offer, and somebody's interest in it ----------------------------------------------------
    "partnering.show": ALL,
    "partnering.matches": ALL,
    "partnering.export": ALL,
    "partnering.ask": SIGNED,
    "partnering.edit": NOBODY,
    "partnering.renew": NOBODY,
    "partnering.renew_by_link": NOBODY,
    "partnering.withdraw": NOBODY,
    "partnering.interest": NOBODY,
    "partnering.accept": NOBODY,
    "partnering.decline": NOBODY,
    "partnering.share": NOBODY,
    "partnering.take_back": NOBODY,
    "partnering.conclude": NOBODY,
    # ---- activities and projects: other people's places and requests -----------------------------------------------
    "activities.show": ALL,
    "activities.ics": ALL,
    "activities.join": ALL,
    "activities.join_sent": ALL,
    "activities.join_confirm": NOBODY,
    "activities.leave": SIGNED,
    "activities.confirm": NOBODY,
    "activities.messages_by_mail": NOBODY,
    "activities.place": NOBODY,
    "activities.place_confirm": NOBODY,
    "activities.place_leave": NOBODY,
    "activities.place_messages": NOBODY,
    "activities.message": EDITOR,
    "activities.messages_list": EDITOR,
    "activities.new_message": EDITOR,
    "activities.edit_message": EDITOR,
    "activities.withdraw_message": EDITOR,
    "activities.participants": EDITOR,
    "activities.participant": EDITOR,
    "activities.attendance": EDITOR,
    "projects.show": ALL,
    "projects.join": ALL,
    "projects.join_sent": ALL,
    "projects.join_confirm": NOBODY,
    "projects.leave": SIGNED,
    "projects.member": EDITOR,
    "projects.members": EDITOR,
    "projects_editorial.activity": EDITOR,
    "projects_editorial.project": EDITOR,
    "projects_editorial.state": EDITOR,
    # ---- what everybody reads --------------------------------------------------------------------------------------
    "consultations.show": ALL,
    "consultations.question": ALL,
    "paper.form": ALL,
    "paper.document": ALL,
    "paper.enter": only("moderator", "analyst", "official"),
    "paper.send_entry": only("moderator", "analyst", "official"),
    "paper.entry": NOBODY,
    "paper.letter": NOBODY,
    "paper.import_preview": NOBODY,
    "paper.import_carry_out": NOBODY,
    "paper.import_undo": NOBODY,
    "paper.table": only("moderator", "analyst", "official"),
    "programmes.show": ALL,
    "programmes.call_calendar": ALL,
    "programmes.remind": SIGNED,
    "programmes.forget": SIGNED,
    "topics.show": ALL,
    "api.activity": ALL,
    "api.cluster": ALL,
    "api.comment": ALL,
    "api.consultation": ALL,
    "api.idea": ALL,
    "api.idea_matches": ALL,
    "api.similar_ideas": ALL,
    "api.offer": ALL,
    "api.offer_matches": ALL,
    "api.programme": ALL,
    "api.project": ALL,
    "api.question": ALL,
    "api.question_answers": ALL,
    "api.topic": ALL,
    "api.vocabulary_terms": ALL,
    "uploads.picture": NOBODY,  # a name that was never given out
    "pages.dev_mail_html": NOBODY,  # only with the development server
    "pages.dev_mail_show": NOBODY,
    # ---- editors and administrators --------------------------------------------------------------------------------
    "editorial.picture": EDITOR,
    "editorial.preview": EDITOR,
    "editorial.state": EDITOR,
    "editorial.topic": EDITOR,
    "editorial.version": EDITOR,
    "editorial.versions": EDITOR,
    "pages.edit": EDITOR,
    "programmes_editorial.call": EDITOR,
    "programmes_editorial.edit": EDITOR,
    "programmes_editorial.new_call": EDITOR,
    "programmes_editorial.remove_call": EDITOR,
    "admin.export_file": EDITOR,
    "admin.import_carry_out": EDITOR,
    "admin.import_columns": EDITOR,
    "admin.import_preview": EDITOR,
    "admin.import_undo": EDITOR,
    "consultations_admin.edit": ADMIN,
    "admin.add_place": ADMIN,
    "admin.data_request": ADMIN,
    "admin.deactivate": ADMIN,
    "admin.end_sessions": ADMIN,
    "admin.grant_role": ADMIN,
    "admin.invite": ADMIN,
    "admin.merge_organisation": ADMIN,
    "admin.organisation": ADMIN,
    "admin.person": ADMIN,
    "admin.reactivate": ADMIN,
    "admin.remove_place": ADMIN,
    "admin.reset_factors": ADMIN,
    "admin.retry_job": ADMIN,
    "admin.revoke_role": ADMIN,
    "admin.unmerge_organisation": ADMIN,
    "admin.verify_organisation": ADMIN,
}

# The same addresses with a thing that is not public yet (`World.hidden`): its number or address guessed.
HIDDEN: dict[str, Who] = {
    "ideas.show": NOBODY,
    "ideas.near": NOBODY,
    "ideas.version": NOBODY,
    "ideas.follow": NOBODY,
    "ideas.support": NOBODY,
    "ideas.links": NOBODY,
    "ideas.propose": NOBODY,
    "comments.new": NOBODY,
    "comments.create": NOBODY,
    "partnering.show": NOBODY,  # moderators read it in its case
    "partnering.matches": NOBODY,
    "partnering.ask": NOBODY,
    "partnering.edit": NOBODY,
    "partnering.renew": NOBODY,
    "partnering.withdraw": NOBODY,
    "api.idea": NOBODY,
    "api.idea_matches": NOBODY,
    "api.similar_ideas": NOBODY,
    "api.offer": NOBODY,
    "api.offer_matches": NOBODY,
    "api.comment": NOBODY,
    "comments.show": NOBODY,
    "topics.show": NOBODY,
    "api.topic": NOBODY,
}

# Addresses of no single thing that show to these readers what is not public. Everybody else sees nothing of it there.
LISTS: dict[str, Who] = {
    "moderation.queue": MODERATOR,
    "editorial.topics": EDITOR,
    "admin.data_requests_list": ADMIN,
}
SEARCHED = {
    "search.index", "ideas.index", "partnering.index", "topics.index", "clusters.index", "activities.index",
    "projects.index", "admin.people", "admin.organisations",
}  # fmt: skip
