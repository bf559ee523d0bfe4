"""Passwords: how they are stored, and which are refused."""

from __future__ import annotations

import pytest

from consult.accounts import passwords


def test_the_hash_is_argon2id_with_the_parameters_of_owasp() -> None:
    stored = passwords.hash_password("drei Wörter am Tag")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify(stored, "drei Wörter am Tag")
    assert not passwords.verify(stored, "drei Wörter am tag")
    assert stored != passwords.hash_password("drei Wörter am Tag")
    assert not passwords.is_outdated(stored)


def test_composed_and_decomposed_letters_are_the_same_password() -> None:
    stored = passwords.hash_password("Gru\u0308ne Wiese im Tal")
    assert passwords.verify(stored, "Gr\u00fcne Wiese im Tal")


@pytest.mark.parametrize("stored", ["", "not a hash", "$argon2id$v=19$m=19456,t=2,p=1$bad"])
def test_nothing_fits_a_missing_or_broken_hash(stored: str) -> None:
    assert not passwords.verify(stored, "the password of nobody")
    assert not passwords.verify(stored, "")


def test_a_hash_with_weaker_parameters_is_made_anew() -> None:
    assert passwords.is_outdated(
        "$argon2id$v=19$m=8192,t=1,p=1$c2FsdHNhbHQ$lw1Gjw1cT0qAXM0sP1QZ6PwUJC8pQ0jkp4CQ4cVYtJE"
    )


@pytest.mark.parametrize(
    "common",
    [
        "1234567890", "0987654321", "qwertzuiop", "asdfghjklö", "aaaaaaaaaaaa", "ababababab", "abcdefghij",
        "Passwort123", "passw0rt!!", "P@ssw0rd2026", "Sommer2026!", "sommersommer", "Hallo12345", "qwertz123456",
        "Erfurt2026!!", "Thüringen1", "iloveyou12", "admin123456", "!!!geheim!!!", "12345hallo", "abcabcabcabc",
        "letmein2026", "Willkommen1",
    ],
)  # fmt: skip
def test_predictable_passwords_are_refused(common: str) -> None:
    assert passwords.problem(common), common


@pytest.mark.parametrize(
    "good",
    [
        "Uhrwerk Pflaume Deich", "drei Wörter am Tag", "x7!kPq92mLw0", "Kupferdach-im-Regen", "👩‍🔧 schraubt am Mittwoch",
        "سفينة في الصباح الباكر", "correct horse battery", "a" * 3 + "Uhrwerk Pflaume",
    ],
)  # fmt: skip
def test_good_passwords_are_taken(good: str) -> None:
    assert passwords.problem(good, "mona@region.example", "Mona") == ""


@pytest.mark.parametrize(("length", "fine"), [(9, False), (10, True), (200, True), (201, False)])
def test_lengths(length: int, fine: bool) -> None:
    password = ("xk7 Pflaume! " * 20)[:length]
    assert (passwords.problem(password) == "") is fine


@pytest.mark.parametrize(
    "own", ["mona.muster@region.example", "MONA.MUSTER@region.example", "mona.muster12", "Mona Muster1"]
)
def test_name_and_address_are_no_password(own: str) -> None:
    assert passwords.problem(own, "mona.muster@region.example", "Mona Muster")


def test_the_shipped_list_has_some_hundred_words() -> None:
    words = passwords._common_words()
    assert 400 <= len(words) <= 2000
    assert all(word == word.casefold() for word in words)
