"""What a process of the product carries from its start on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.server import ROOT, environment

# libraries that few requests need; they come when they are used first (`consult.core.late`)
LATE = {
    "PIL", "alembic", "authlib", "boto3", "cryptography", "docx", "flask_migrate", "icalendar", "joserfc", "numpy",
    "openpyxl", "requests", "typst", "webauthn", "xlsxwriter",
}  # fmt: skip


def test_what_few_need_is_not_there_from_the_start(tmp_path: Path) -> None:
    program = (  # with what a watched web process answers all day
        "import sys, consult; app = consult.create_app(); app.test_client().get('/readyz'); "
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    settings = environment(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=settings, capture_output=True, text=True, check=True
    )
    assert not LATE & set(done.stdout.split())
