"""What is typed as a phone number becomes E.164 or is refused with a sentence (R14)."""

import pytest

from gatepost.lifecycle import contact


@pytest.mark.parametrize(
    "text",
    [
        "+4930123456",
        "+49 (30) 12-34.56",
        "+49 30/123456",
        "+49-(0)30-123456",
        " +49\u00a030\u2009123\u202f456\n",
    ],
)
def test_number_is_written_as_people_like_and_kept_as_e164(text: str) -> None:
    assert contact.phone(text) == "+4930123456"


def test_number_of_a_region_is_written_as_it_is_dialled_there() -> None:
    assert contact.phone("030 123456", region="DE") == "+4930123456"
    assert contact.phone("+43 1 5880 0", region="DE") == "+43158800"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("030 123456", "is not a phone number with its country code"),
        ("", "is not a phone number with its country code"),
        ("+49", "is not a phone number with its country code"),
        ("+999 123456789", "is not a phone number with its country code"),
        ("++4930123456", "is not a phone number with its country code"),
        ("+1 800 FLOWERS", "is not a phone number with its country code"),
        ("+4930123456 ext. 7", "is not a phone number with its country code"),
        ("+4930123456;ext=7", "is not a phone number with its country code"),
        ("tel:+4930123456", "is not a phone number with its country code"),
        ("\uff0b4930123456", "is not a phone number with its country code"),
        ("\ud800+4930123456", "is not a phone number with its country code"),
        ("+49 30" + "1" * 50, "is not a phone number with its country code"),
        ("+1 202 555 01", "has too few or too many digits"),
        ("+1 555 010 1234", "is not a phone number that its country gives out"),
    ],
)
def test_what_is_no_number_is_refused_with_a_reason(text: str, reason: str) -> None:
    """The sentence is kept with the request, so it does not repeat what was typed."""
    with pytest.raises(ValueError, match=reason) as refused:
        contact.phone(text)
    typed = text.strip()
    assert len(typed) <= 3 or typed not in str(refused.value)


def test_region_that_is_none_refuses_a_number_without_country_code() -> None:
    with pytest.raises(ValueError, match="with its country code"):
        contact.phone("030 123456", region="XX")
