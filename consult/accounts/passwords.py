"""Passwords: hashed with argon2id, refused when they are among the first that anybody tries.

Parameters are OWASP's for argon2id (19 MiB, two passes, one lane), about 30 ms here. A sign-in to an account that does
not exist costs the same work as one that does, so time tells nothing. Hash and verify before the first query of a
request: the work must not be done while the database waits.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from consult.core.i18n import _

SHORTEST = 10
LONGEST = 200  # characters; enough for any sentence, and a bound on what one request may cost

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_LEET = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "!": "i"}
)
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "1234567890",
    "qwertzuiopüasdfghjklöäyxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "qwertyuiopasdfghjklzxcvbnm",
)


def normal(password: str) -> str:
    """The password as it is hashed: composed characters, so that every keyboard gives the same; nothing else changed."""
    return unicodedata.normalize("NFC", password)


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its parameters and salt."""
    return _hasher.hash(normal(password))


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher.hash("the password of nobody")


def verify(stored: str, password: str) -> bool:
    """Whether the password fits the stored hash. Takes its time also where nothing is stored."""
    try:
        fits = _hasher.verify(stored or _nobodys_hash(), normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return fits and bool(stored)


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with weaker parameters than today's and should be made anew."""
    return _hasher.check_needs_rehash(stored)


@lru_cache(maxsize=1)
def _common_words() -> frozenset[str]:
    text = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def _is_run(text: str) -> bool:
    """Whether the text only walks along the alphabet, the digits or a keyboard, or repeats a short piece."""
    doubled = [run + run for run in _RUNS]
    if any(text in run or text in run[::-1] for run in doubled):
        return True
    return any(len(text) >= 2 * size and text == (text[:size] * len(text))[: len(text)] for size in range(1, 6))


def is_common(password: str) -> bool:
    """Whether the password is a common word with the usual digits, signs and swapped letters around it, or a mere run.

    Offline: the list is our own and short, so it catches the predictable, not every leaked password.
    """
    text = password.casefold()
    if len(set(text)) < 4 or _is_run(text):
        return True
    words = _common_words()
    bare = re.sub(r"^[\W\d_]{0,8}|[\W\d_]{0,8}$", "", text)
    forms = {text, bare, bare.translate(_LEET), text.translate(_LEET)}
    forms |= {form[: len(form) // 2] for form in forms if len(form) % 2 == 0 and form[: len(form) // 2] * 2 == form}
    return bool(forms & words) or any(_is_run(form) for form in forms if len(form) >= 5)


def problem(password: str, email: str = "", name: str = "") -> str:
    """A sentence that says why this may not be a new password, or nothing."""
    if len(password) < SHORTEST:
        return _("Please choose a password of at least %(number)s characters.", number=SHORTEST)
    if len(password) > LONGEST:
        return _("Please choose a password of up to %(number)s characters.", number=LONGEST)
    folded = password.casefold()
    own = [part for part in (email.casefold(), email.casefold().partition("@")[0], name.casefold()) if len(part) >= 4]
    if any(folded == part or folded.strip("0123456789!.-_?") == part for part in own):
        return _("Please choose a password that is not your name or address.")
    if is_common(password):
        return _("This password is among the first that others would try. Three unrelated words make a good one.")
    return ""
