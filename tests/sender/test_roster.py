"""A CSV file of people, from whatever program wrote it."""

from __future__ import annotations

import csv
import io
import re
import tracemalloc
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sender.roster import LONGEST_ROW, RosterError, Row, read_roster, sheltered, unsheltered, write_roster

PLAIN = "email,first_name\nann@example.com,Ann\nbob@example.com,Bob\n"
BOTH = [
    Row(2, {"email": "ann@example.com", "first_name": "Ann"}),
    Row(3, {"email": "bob@example.com", "first_name": "Bob"}),
]


def read(content: str | bytes) -> list[Row]:
    return list(read_roster(BytesIO(content.encode() if isinstance(content, str) else content)))


def problems(content: str | bytes) -> dict[int, str]:
    """What is wrong, by line."""
    return {row.line: row.problem for row in read(content) if row.problem}


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.rstrip("\n"),
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        "\ufeff" + PLAIN.replace("\n", "\r"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace("first_name", "First Name"),
        PLAIN.replace("first_name", " FIRST-name "),
        PLAIN.replace("Ann", '"Ann"').replace("email", '"email"'),
    ],
    ids=[
        "plain", "no last line end", "byte-order mark", "Windows", "old Mac", "old Mac with a mark", "semicolons",
        "tabs", "a name of two words", "a name in capitals", "quoted",
    ],
)  # fmt: skip
def test_a_list_reads_the_same_whatever_wrote_it(content: str) -> None:
    assert read(content) == BOTH


def test_a_byte_order_mark_does_not_hide_a_quotation_mark() -> None:
    content = '\ufeff"last, first","email"\nAnn,ann@example.com\n'
    assert read(content) == [Row(2, {"last_first": "Ann", "email": "ann@example.com"})]


def test_empty_lines_are_passed_over_and_counted() -> None:
    rows = read("email,first_name\n\n\r\n , \nann@example.com,Ann\n\n")
    assert [(row.line, row.problem) for row in rows] == [(5, "")]


def test_columns_without_a_name_are_passed_over() -> None:
    assert read("email,,\nann@example.com,x,y\n") == [Row(2, {"email": "ann@example.com"})]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "its columns: none"),
        (b"\n\n", "its columns: none"),
        (b"address,name\nann@example.com,Ann\n", "its columns: address, name"),
        (b"ann@example.com,Ann\n", "no column `email`"),
        (b"email,e-mail,Email\n", "two columns `email`"),
        (b"email,First Name,first_name\n", "two columns `first_name`"),
        (PLAIN.encode("utf-16"), "not UTF-8"),
        (PLAIN.encode("utf-16-le"), "not UTF-8"),
        (PLAIN.encode("utf-16-be"), "not UTF-8"),
        (b"x" * 10_000_000, "no column `email`"),
        (b'"' + b"x,\n" * 1_000_000, "no column `email`"),
        (b'"email" x,y\n', "no column `email`"),
    ],
    ids=[
        "empty", "empty lines", "no email", "no header", "email twice", "a name twice", "UTF-16", "UTF-16-LE",
        "UTF-16-BE", "10 MB of header", "a header that does not end", "a broken header",
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_of_people_is_refused_in_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(RosterError) as refused:
        read(content)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 1200


def test_a_header_alone_is_a_list_of_nobody() -> None:
    assert read("email,first_name") == []


def test_a_row_of_another_length_is_told() -> None:
    assert problems("email,first_name\nann@example.com\nbob@example.com,Bob,x\ncid@example.com,Cid\n") == {
        2: "the row has 1 columns, the header 2",
        3: "the row has 3 columns, the header 2",
    }


def test_a_row_in_another_encoding_is_told_and_the_others_are_read() -> None:
    rows = read(b"email,first_name\nann@example.com,Ann\nrene@example.com,Ren\xe9\nbob@example.com,Bob\n")
    assert [(row.line, row.problem) for row in rows] == [(2, ""), (3, "the row is not UTF-8 text"), (4, "")]
    assert rows[1].fields == {"email": "rene@example.com"}


def test_what_is_told_of_a_row_can_always_be_written() -> None:
    """A row that is both too short and in another encoding."""
    [row] = read(b"email,first_name\nren\xe9@example.com\n")
    assert row.problem
    "".join(row.fields.values()).encode()


def test_quoted_line_breaks_quotes_and_commas_belong_to_their_field() -> None:
    rows = read('email,first_name\nann@example.com,"A ""b"", c\r\nd"\nbob@example.com,Bob\n')
    assert rows == [Row(2, {"email": "ann@example.com", "first_name": 'A "b", c\nd'}), Row(4, BOTH[1].fields)]


@pytest.mark.parametrize(
    "following",
    ["", "bob@example.com,Bob\n", 'bob@example.com,"Bob"\n', '"bob@example.com","Bob"\n',
     "".join(f"sample{number}@example.com,Sample\n" for number in range(10_000))],
    ids=["nothing", "plain rows", "quoted rows", "rows quoted throughout", "more than a row may be"],
)  # fmt: skip
def test_a_quotation_mark_that_is_not_closed_costs_its_own_row_alone(following: str) -> None:
    rows = read(f'email,first_name\nann@example.com,"Ann\n{following}')
    assert (rows[0].line, rows[0].fields) == (2, {})
    assert "quotation mark" in rows[0].problem
    assert [row.problem for row in rows[1:]] == [""] * following.count("\n")
    assert [row.line for row in rows[1:]] == list(range(3, 3 + following.count("\n")))


def test_text_after_a_closing_quotation_mark_is_told() -> None:
    assert list(problems('email,first_name\nann@example.com,"Ann" B\nbob@example.com,Bob\n')) == [2]


def test_quotation_marks_within_a_field_are_taken_as_they_are() -> None:
    assert read('email,first_name\nann@example.com,5" Ann\n')[0].fields["first_name"] == '5" Ann'


@pytest.mark.parametrize("field", ["x" * 10_000_000, f'"{"x" * 10_000_000}"', '"' + "x\n" * 200_000 + '"'],
                         ids=["plain", "quoted", "of many lines"])  # fmt: skip
def test_a_huge_field_is_told_and_the_row_after_it_is_read(field: str) -> None:
    rows = read(f"email,first_name\nann@example.com,{field}\nbob@example.com,Bob\n")
    assert rows[0].line == 2
    assert rows[0].problem
    assert rows[-1].fields == BOTH[1].fields
    assert rows[-1].line == 3 + field.count("\n")


def test_a_row_may_be_long() -> None:
    name = "x" * (LONGEST_ROW // 2)
    assert read(f"email,first_name\nann@example.com,{name}\n")[0].fields["first_name"] == name


def test_no_more_than_a_row_is_held_in_memory() -> None:
    content = BytesIO(b"email,first_name\nann@example.com," + b"x" * 20_000_000 + b"\nbob@example.com," + b'"\n' * 1000)
    tracemalloc.start()
    try:
        for _ in read_roster(content):
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20 * LONGEST_ROW


def test_nul_bytes_are_data() -> None:
    assert read("email,first_name\nann@example.com,A\0nn\n")[0].fields["first_name"] == "A\0nn"


def test_the_stream_stays_the_caller_s() -> None:
    stream = BytesIO(PLAIN.encode())
    list(read_roster(stream))
    assert not stream.closed


def test_a_stream_that_is_closed_half_way_is_no_trouble() -> None:
    stream = BytesIO(PLAIN.encode())
    rows = read_roster(stream)
    next(rows)
    stream.close()
    rows.close()  # type: ignore[attr-defined]


def test_the_fields_of_people_are_not_shown() -> None:
    assert "ann" not in repr(BOTH[0])


fields = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=20)


@given(st.lists(st.tuples(fields, fields), max_size=20), st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]))
def test_what_a_csv_writer_writes_is_read_as_it_was(
    people: list[tuple[str, str]], delimiter: str, line_end: str
) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(
        [("email", "note"), *people]
    )
    rows = read(written.getvalue())
    assert [tuple(row.fields.values()) for row in rows] == [one for one in people if any(map(str.strip, one))]
    assert not any(row.problem for row in rows)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_to_their_end(content: bytes) -> None:
    """Every row is told, good or bad, and their lines rise."""
    rows = read(b"email,note\n" + content)
    lines = [row.line for row in rows]
    assert lines == sorted(set(lines))
    for row in rows:
        "".join(row.fields.values()).encode()


def written(*people: dict[str, str]) -> str:
    stream = io.StringIO()
    assert write_roster(stream, people) == len(people)
    return stream.getvalue()


def test_a_list_is_written_with_the_columns_that_anyone_has() -> None:
    ann, bob = {"email": "ann@example.com", "role": "expert"}, {"email": "bob@example.com", "age": "40"}
    assert written(ann, bob).splitlines() == [
        "email,first_name,last_name,timezone,age,role", "ann@example.com,,,,,expert", "bob@example.com,,,,40,",
    ]  # fmt: skip
    assert written() == "email,first_name,last_name,timezone\r\n"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝", "＋", "－", "＠", "'=", "''="])
def test_what_a_spreadsheet_would_run_stands_behind_an_apostrophe(sign: str) -> None:
    value = f"{sign}HYPERLINK(1)"
    [_, row] = csv.reader(io.StringIO(written({"email": "a@example.com", "first_name": value}), newline=""))
    assert row[1] == f"'{value}"


def test_a_cell_that_begins_after_a_semicolon_stands_behind_one_as_well() -> None:
    """Where programs take semicolons for the end of a cell, which a comma is in the file."""
    assert sheltered("Ann;=1+1; -2;b") == "Ann;'=1+1;' -2;b"


@pytest.mark.parametrize("value", ["Ann", "O'Sample", "'Ann'", "a=b", "2-1", "", "'", "a;b", "x;'y'"])
def test_what_no_program_would_run_is_written_and_read_as_it_is(value: str) -> None:
    assert sheltered(value) == unsheltered(value) == value


@given(st.text(alphabet="=+-@';ab \t＝", max_size=12))
def test_a_value_is_read_as_it_was_before_it_was_sheltered(value: str) -> None:
    assert unsheltered(sheltered(value)) == value
    assert not re.match(r"[=+\-@＝\t]", sheltered(value))


@given(st.lists(st.dictionaries(st.sampled_from(["first_name", "note", "role"]),
                                st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"),
                                        min_size=1))))  # fmt: skip
def test_what_is_written_is_read_as_the_same(people: list[dict[str, str]]) -> None:
    fields = [{**one, "email": f"sample{number}@example.com"} for number, one in enumerate(people)]
    rows = read(written(*fields))
    assert [{name: value for name, value in row.fields.items() if value} for row in rows] == fields
    assert not any(row.problem for row in rows)
