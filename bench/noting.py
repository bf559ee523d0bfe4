"""Let the jobs note what is near the newest ideas, as they have done where the product runs: `python noting.py NUMBER`."""

from __future__ import annotations

import sys

from sqlalchemy import func, select

from consult import create_app
from consult.core.db import db
from consult.search.models import SearchNote
from consult.search.notes import make_notes

wanted = int(sys.argv[1])
made = select(func.count()).select_from(SearchNote).where(SearchNote.upto > 0)
with create_app().app_context():
    while db.session.execute(made).scalar_one() < wanted:
        make_notes({})
        db.session.commit()
