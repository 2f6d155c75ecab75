from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_server.errors import InputError
from tuanthu_server.units.models import Relation, UnitKind
from tuanthu_server.units.reading import parse_units, read_units
from tuanthu_server.units.rows import Target, UnitFileError

ASSETS = Path(__file__).parents[2] / "assets" / "units"
HEADER = "code,name,kind,place,owner,operator,supervisor,valid_from,staff,machines,servers,devices\n"


def problems_of(text: str | bytes) -> list[tuple[int, int]]:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(UnitFileError) as caught:
        parse_units(data, "tệp.csv")
    assert all(problem.vi and problem.en for problem in caught.value.problems)
    return [(problem.line, problem.column) for problem in caught.value.problems]


def test_a_vietnamese_file_with_semicolons_and_bom_says_the_same_as_an_english_one_with_commas():
    vietnamese = read_units(ASSETS / "vietnamese_headers.csv")
    english = read_units(ASSETS / "english_headers.csv")

    assert vietnamese == english
    assert [row.code for row in english] == ["SYT", "TTYT-01", "TYT-001"]
    station = english[2]
    assert station.kind is UnitKind.STATION
    assert station.valid_from == date(2025, 7, 1)
    assert station.links[Relation.OWNER] == Target(name="Ủy ban nhân dân xã Đắk Mẫu")
    assert station.links[Relation.SUPERVISOR] == Target(code="TTYT-01")
    assert station.counts == {"staff": 8, "machines": 5, "servers": 0, "devices": 4}


def test_an_empty_cell_says_nothing_and_a_hyphen_ends_what_holds():
    (row,) = parse_units((HEADER + "A-1,Bệnh viện,hospital,,-,,,2025-07-01,,-,,\n").encode(), "x")

    assert row.links == {Relation.OWNER: Target()}
    assert row.counts == {"machines": None}


def test_every_error_of_a_file_is_told_with_its_line_and_column():
    with pytest.raises(UnitFileError) as caught:
        read_units(ASSETS / "many_errors.csv")

    places = [(problem.line, problem.column) for problem in caught.value.problems]
    assert places == [(2, 7), (3, 1), (3, 3), (3, 5), (3, 6), (5, 0)]
    assert "dòng 3, cột 5 (valid_from): “31/02/2025” không phải là ngày" in caught.value.vi
    assert "line 3, column 6 (machines): 'nhiều' is no whole number" in caught.value.en


def test_coordinates_are_read_with_point_or_comma_under_the_names_that_officers_give_them():
    text = "Mã;Tên;Loại;Từ ngày;Vĩ độ;Kinh độ\nA;Một;;2025-07-01;12,666667;108.0382\nB;Hai;;2025-07-01;-;\n"
    first, second = parse_units(text.encode(), "x")

    assert first.position == {"latitude": Decimal("12.66667"), "longitude": Decimal("108.03820")}
    assert second.position == {"latitude": None}


@pytest.mark.parametrize("cell", ["7.99", "24.1", "108.03", "12°40'", "1e1", "NaN", "-12.6", "١٢", "12.6.1", "0012.5"])
def test_it_refuses_a_latitude_that_is_not_in_viet_nam_or_no_number(cell):
    text = f"code,name,kind,valid_from,latitude,longitude\nA,Một,,2025-07-01,{cell},108.1\n"
    assert problems_of(text) == [(2, 5)]
    with pytest.raises(UnitFileError) as caught:
        parse_units(text.encode(), "x")
    assert ("swapped" in caught.value.en) == (cell == "108.03")


def test_it_refuses_a_code_that_stands_twice():
    assert problems_of("code,name,kind,valid_from\nA,Một,,2025-07-01\nA,Hai,,2025-07-01\n") == [(3, 1)]


def test_it_refuses_a_file_that_is_not_utf8_and_names_the_line():
    assert problems_of("code,name,kind,valid_from\nA,Sở,,2025-07-01\n".encode() + b"B,\xd0\xff,,2025-07-01\n") == [
        (3, 0)
    ]


def test_it_refuses_unknown_and_repeated_and_missing_columns():
    assert problems_of("mã;tên;Ten don vi;màu\nA;Một;Một;đỏ\n") == [(1, 0), (1, 3), (1, 4)]


def test_it_refuses_an_empty_file_and_one_without_lines():
    assert problems_of("")
    assert problems_of(HEADER) == [(1, 0)]


def test_the_line_number_counts_physical_lines_when_a_cell_holds_a_line_break():
    text = 'code,name,kind,valid_from\nA,"Tên\ndài",,2025-07-01\nB,Hai,,hôm qua\n'
    assert problems_of(text) == [(4, 4)]


def test_it_refuses_a_quote_that_never_closes():
    assert problems_of('code,name,kind,valid_from\nA,"Tên,,2025-07-01\n')


def test_it_refuses_control_characters_in_a_name():
    assert problems_of("code,name,kind,valid_from\nA,Tên\x07xấu,,2025-07-01\n") == [(2, 2)]


def test_a_missing_file_is_told_with_what_to_do(tmp_path):
    with pytest.raises(InputError) as caught:
        read_units(tmp_path / "không-có.csv")
    assert "không-có.csv" in caught.value.vi


@given(st.text())
def test_any_text_is_read_or_refused_with_a_place_and_nothing_else(text):
    data = (HEADER + text).encode("utf-8", "surrogatepass")
    problems = []
    try:
        rows = parse_units(data, "x")
    except UnitFileError as error:
        rows, problems = [], error.problems
    assert bool(rows) is not bool(problems)
    assert all(problem.line >= 1 for problem in problems)
