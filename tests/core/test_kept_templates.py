"""What templates were compiled to outlasts the process, and never their words; where it cannot be kept nobody notices."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, Environment

from consult.core import templating


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


class Compiling(Environment):
    """Counts what is compiled."""

    made = 0

    def compile(self, *args: Any, **options: Any) -> Any:
        self.made += 1
        return super().compile(*args, **options)


def environment(words: str) -> Compiling:
    return Compiling(
        loader=DictLoader({"page.html": words}), bytecode_cache=templating.kept_templates(), autoescape=True
    )


def test_a_template_is_compiled_once_for_all_processes_until_its_words_change(temporary: Path) -> None:
    first, second, changed = environment("{{ n }} Ideen"), environment("{{ n }} Ideen"), environment("{{ n }} ideas")
    said = [one.get_template("page.html").render(n=2) for one in (first, second, changed)]
    assert said == ["2 Ideen", "2 Ideen", "2 ideas"]
    assert (first.made, second.made, changed.made) == (1, 0, 1)
    [folder] = temporary.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IRWXU, "nobody else may put anything there"


def test_what_is_broken_is_compiled_anew(temporary: Path) -> None:
    environment("{{ n }} Ideen").get_template("page.html")
    [folder] = temporary.iterdir()
    [kept] = folder.iterdir()
    whole = kept.read_bytes()
    for length in range(0, len(whole), 7):  # as where the machine went down while it was written
        kept.write_bytes(whole[:length])
        again = environment("{{ n }} Ideen")
        assert again.get_template("page.html").render(n=3) == "3 Ideen" and again.made == 1


def test_without_a_place_for_it_pages_are_drawn_all_the_same(temporary: Path) -> None:
    kept = environment("{{ n }} Ideen")
    [folder] = temporary.iterdir()
    folder.rmdir()  # as a machine that tidies up
    assert kept.get_template("page.html").render(n=4) == "4 Ideen"
    folder.write_text("no folder")
    assert templating.kept_templates() is None
    assert environment("{{ n }} Ideen").get_template("page.html").render(n=5) == "5 Ideen"


def test_the_product_keeps_its_own(app: Any) -> None:
    assert isinstance(app.jinja_env.bytecode_cache, templating.KeptTemplates)
