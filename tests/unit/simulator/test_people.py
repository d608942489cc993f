import re

from gatepost.simulator.people import END_USER, TECHNICIAN, Company

ACME = Company(name="Acme", domain="acme.example")


def test_same_seed_gives_the_same_people() -> None:
    again = Company(name="Acme", domain="acme.example")
    assert list(ACME.people(20)) == list(again.people(20))


def test_another_seed_gives_other_people() -> None:
    other = Company(name="Acme", domain="acme.example", seed=2)
    assert not {p.guid for p in ACME.people(20)} & {p.guid for p in other.people(20)}


def test_no_two_people_share_a_user_name() -> None:
    names = [person.user_name for person in ACME.people(5000)]
    assert len(set(names)) == 5000


def test_person_is_known_without_those_before() -> None:
    assert ACME.person(4321) == next(ACME.people(1, first=4321))


def test_addresses_are_ascii_in_the_example_domain() -> None:
    pattern = re.compile(r"[a-z]+\.[a-z]+\d*@acme\.example")
    assert all(pattern.fullmatch(person.user_name) for person in ACME.people(2000))


def test_phone_numbers_are_of_the_range_kept_for_fiction() -> None:
    assert all(re.fullmatch(r"\+120255501\d\d", str(p.phone)) for p in ACME.people(300))


def test_both_user_types_occur() -> None:
    assert {person.user_type for person in ACME.people(100)} == {TECHNICIAN, END_USER}


def test_teams_have_names_and_ids_of_their_own() -> None:
    teams = list(ACME.teams(20))
    assert len({team.display_name for team in teams}) == 20
    assert len({team.guid for team in teams}) == 20
