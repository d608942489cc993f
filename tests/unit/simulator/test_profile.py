import msgspec
import pytest

from gatepost.simulator import profile
from gatepost.simulator.profile import ProfileUnknown

MINIMAL = """
name = "x"
title = "X"
description = "d"
probes = [{ path = "/Users" }]
[transport]
user_agent = "X"
content_type = "application/scim+json"
accept = "application/scim+json"
[user]
lookup = 'userName eq "{userName}"'
update = "put"
status = "put"
[user.template]
[user.paths]
[[quirks]]
habit = "h"
source = "s"
"""


@pytest.mark.parametrize("name", profile.names())
def test_every_profile_is_valid_and_bears_its_file_s_name(name: str) -> None:
    assert profile.load(name).name == name


@pytest.mark.parametrize("name", profile.names())
def test_every_habit_has_a_source_and_the_rule_that_meets_it(name: str) -> None:
    assert all(quirk.source and quirk.rule for quirk in profile.load(name).quirks)


def test_all_clients_that_were_promised_are_there() -> None:
    assert set(profile.names()) == {
        *("entra", "entra-compliant", "okta", "okta-wizard"),
        *("onelogin", "jumpcloud", "google", "ping"),
    }


def test_unknown_profile_says_which_there_are() -> None:
    with pytest.raises(ProfileUnknown) as caught:
        profile.load("../entra")
    assert "entra" in caught.value.known


def test_smallest_profile_is_read() -> None:
    assert profile.read(MINIMAL.encode()).group is None


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("accept =", "akzept =", "akzept"),
        ('update = "put"', 'update = "post"', "post"),
        ('source = "s"', "", "source"),
        ('source = "s"', 'source = ""', "source"),
        ('[{ path = "/Users" }]', "[]", "connection test"),
        ("title =", "quirk =", "quirk"),
    ],
)
def test_faulty_profile_is_an_error_that_says_where(old: str, new: str, what: str) -> None:
    assert old in MINIMAL
    with pytest.raises(msgspec.ValidationError, match=what):
        profile.read(MINIMAL.replace(old, new).encode())
