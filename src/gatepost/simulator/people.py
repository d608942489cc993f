"""Made-up companies and the people in them: the same seed gives the same people, for ever."""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from math import gcd
from typing import TypeVar

import msgspec

_T = TypeVar("_T")

TECHNICIAN = "Technician"
END_USER = "endUser"

_GIVEN_NAMES = (
    *("Ada", "Bela", "Chidi", "Dunja", "Emre", "Freya", "Gustavo", "Hanna", "Ines", "Jonas"),
    *("Kavya", "Liam", "Maren", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Samir", "Tilda"),
    *("Umar", "Vera", "Wanda", "Xenia", "Yusuf", "Zoe", "Anouk", "Björn", "Carmen", "Darius"),
    *("Eileen", "Farid", "Greta", "Hugo", "Ilse", "Jamal", "Klara", "Lorenzo", "Mina", "Noor"),
    *("Olga", "Pavel", "Renata", "Sören"),
)
_FAMILY_NAMES = (
    *("Abbott", "Bianchi", "Castillo", "Demir", "Eriksen", "Fischer", "García", "Haddad"),
    *("Ivanova", "Jansen", "Kowalska", "Lindqvist", "Moreau", "Nakamura", "Okafor", "Petrov"),
    *("Quist", "Rossi", "Sharma", "Tanaka", "Ullmann", "Vasquez", "Weber", "Xu", "Yilmaz"),
    *("Zimmer", "Adeyemi", "Brandt", "Costa", "Dubois", "Engel", "Farrell", "Grant", "Horvat"),
    *("Iversen", "Jha", "Keller", "Lang", "Meyer", "Novak", "O'Neill", "Park", "Ruiz"),
)
_WORK = (
    ("IT Support", "Support Engineer"),
    ("Finance", "Accountant"),
    ("Sales", "Account Manager"),
    ("Operations", "Coordinator"),
    ("Engineering", "Engineer"),
    ("Human Resources", "Partner"),
)
_LOCALES = ("en-US", "de-DE", "fr-FR", "es-ES", "nl-NL", "pt-BR")
_ASCII = str.maketrans({"ö": "o", "í": "i", "'": ""})
_NAMESPACE = uuid.UUID("6f2b6c5e-0f0a-5d0e-9a52-4a1f2f4f0c11")
_TECHNICIANS_ONE_IN = 8


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in the directory of an identity provider."""

    number: int
    given_name: str
    family_name: str
    user_name: str
    email: str
    guid: str
    department: str
    title: str
    locale: str
    user_type: str = END_USER
    organizations: tuple[str, ...] = ()
    phone: str | None = None
    active: bool = True

    @property
    def display_name(self) -> str:
        """Give the name as people write it."""
        return f"{self.given_name} {self.family_name}"


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """A group in the directory of an identity provider."""

    display_name: str
    guid: str


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """A made-up company: everything about its people follows from the seed."""

    name: str
    domain: str
    seed: int = 1

    def people(self, count: int, *, first: int = 0) -> Iterator[Person]:
        """Make up that many people, from that number on; no two share a userName."""
        return (self.person(number) for number in range(first, first + count))

    def person(self, number: int) -> Person:
        """Make up the person of that number, counted from 0.

        Names are walked in steps that share no factor with the number of pairs, so
        all pairs occur before the first returns; then a number tells them apart.
        """
        pairs = len(_GIVEN_NAMES) * len(_FAMILY_NAMES)
        round_, place = divmod(number, pairs)
        pair = (self._draw("start", 0, pairs) + place * _step(pairs)) % pairs
        family_place, given_place = divmod(pair, len(_GIVEN_NAMES))
        given, family = _GIVEN_NAMES[given_place], _FAMILY_NAMES[family_place]
        address = f"{given}.{family}".translate(_ASCII).lower() + (str(round_) if round_ else "")
        department, title = self._choose("work", number, _WORK)
        return Person(
            number=number,
            given_name=given,
            family_name=family,
            user_name=f"{address}@{self.domain}",
            email=f"{address}@{self.domain}",
            guid=self.guid(f"user {number}"),
            department=department,
            title=title,
            locale=self._choose("locale", number, _LOCALES),
            user_type=END_USER if self._draw("type", number, _TECHNICIANS_ONE_IN) else TECHNICIAN,
            # Numbers of the range that is kept for fiction.
            phone=f"+1202555{self._draw('phone', number, 100) + 100:04d}",
        )

    def teams(self, count: int) -> Iterator[Team]:
        """Make up that many groups, each with a name of its own."""
        for number in range(count):
            round_, place = divmod(number, len(_WORK))
            name = _WORK[place][0] + (f" {round_ + 1}" if round_ else "")
            yield Team(display_name=f"{self.name} {name}", guid=self.guid(f"group {name}"))

    def guid(self, of_what: str) -> str:
        """Give the object id that the company's directory has for it."""
        return str(uuid.uuid5(_NAMESPACE, f"{self.domain} {self.seed} {of_what}"))

    def _choose(self, what: str, number: int, among: Sequence[_T]) -> _T:
        return among[self._draw(what, number, len(among))]

    def _draw(self, what: str, number: int, below: int) -> int:
        # A digest and not a generator: person 70,000 is known without the 69,999 before.
        text = f"{self.domain} {self.seed} {what} {number}".encode()
        return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()) % below


def _step(pairs: int) -> int:
    # By the golden ratio neighbours differ in both names.
    step = pairs * 618 // 1000
    while gcd(step, pairs) != 1:
        step += 1
    return step
