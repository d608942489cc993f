import pytest

from gatepost.lifecycle.import_file import FileUnreadable, read_file, split_cell, write_rows


def test_header_is_read_whatever_its_spelling() -> None:
    file = read_file(b"User Name,given-name,timeZone\nada,Ada,UTC\n")
    assert file.rows[0].cells == {"user_name": "ada", "given_name": "Ada", "time_zone": "UTC"}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separator_is_found_out(separator: str) -> None:
    content = f"user_name{separator}phone\nada{separator}+49301234567\n"
    assert read_file(content.encode()).rows[0].cells["phone"] == "+49301234567"


def test_byte_order_mark_and_quotes_are_understood() -> None:
    file = read_file('\ufeffuser_name,display_name\r\nada,"Lovelace, Ada\nCountess"\r\n'.encode())
    assert file.rows[0].cells["display_name"] == "Lovelace, Ada\nCountess"


def test_line_is_that_of_the_file_also_after_a_cell_of_several_lines() -> None:
    file = read_file(b'user_name,display_name\nada,"a\nb"\n\nbob,\n')
    assert [row.line for row in file.rows] == [2, 5]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"email\na@b.example\n", "user_name is missing"),
        (b"user_name,emial\n", "Did you mean email?"),
        (b"user_name,userName\n", "twice"),
        (b"user_name\n\xff\n", "Line 2 is not UTF-8"),
        (b'user_name\n"ada', "not CSV"),
        (b"user_name\n" + b"x" * 10_001, "10000 characters"),
    ],
)
def test_file_that_cannot_be_read_says_why(content: bytes, why: str) -> None:
    with pytest.raises(FileUnreadable, match=why.replace("?", r"\?")):
        read_file(content)


def test_bad_rows_come_back_as_they_were_with_the_reason() -> None:
    file = read_file(b"user_name;roles\nada;Nope\n")
    assert write_rows(file, [(file.rows[0], "no; such")]) == (
        'user_name;roles;reason\nada;Nope;"no; such"\n'
    )


def test_file_of_bad_rows_can_be_imported_once_mended() -> None:
    assert read_file(b"user_name,reason\nada,was wrong\n").rows[0].cells == {"user_name": "ada"}


def test_cell_of_several_is_split_by_semicolons() -> None:
    assert split_cell(" a ; b;;a ") == ["a", "b"]
