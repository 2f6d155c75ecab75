from hypothesis import given
from hypothesis import strategies as st

from tuanthu_server.reports.snapshot.clean import LONGEST, clean
from tuanthu_server.reports.snapshot.figures import add_counts, make_counts, ratio

NAMES = ("passed", "failed", "unknown", "stale", "notchecked", "error", "notapplicable")
COUNTS = st.builds(make_counts, **dict.fromkeys(NAMES, st.integers(0, 10**6)))


def test_percentages_are_cut_and_written_with_a_comma():
    assert ratio(2, 3).percent == "66,6"
    assert ratio(1, 2).percent == "50,0"
    assert ratio(3, 3).percent == "100"
    assert ratio(0, 3).percent == "0"


def test_it_never_rounds_up_to_a_hundred_nor_down_to_nothing():
    assert ratio(99_999, 100_000).percent == "99,9"
    assert ratio(1, 100_000).percent == "<0,1"
    assert 0 < ratio(1, 100_000).fraction < 0.001


def test_nothing_to_divide_by_is_not_zero_percent():
    assert (ratio(0, 0).percent, ratio(0, 0).fraction) == ("", None)
    assert (ratio(5, None).percent, ratio(5, None).denominator) == ("", None)


@given(st.integers(1, 10**7).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_a_percentage_never_flatters(numbers):
    part, whole = numbers
    share = ratio(part, whole)
    assert (share.percent == "100") == (part == whole)
    assert (share.percent == "0") == (part == 0)
    if share.percent != "<0,1":
        shown = float(share.percent.replace(",", "."))
        assert shown <= part * 100 / whole < shown + 0.1 + 1e-9
        assert abs(share.fraction * 100 - shown) < 1e-9


@given(st.lists(COUNTS, max_size=6))
def test_counts_add_up(parts):
    whole = add_counts(parts)
    assert whole.applicable == whole.passed + whole.failed + whole.undetermined
    assert whole.undetermined == whole.unknown + whole.stale + whole.notchecked + whole.error
    assert whole.total == whole.applicable + whole.notapplicable == sum(part.total for part in parts)


@given(st.text(max_size=1500))
def test_cleaned_text_fits_any_document(text):
    line = clean(text)
    assert len(line) <= LONGEST
    assert not any(ord(letter) < 32 or letter in "\u202e\u2066\u200f\u2028\ufeff" for letter in line)
    assert line.encode("utf-8").decode("utf-8") == clean(line)


def test_cleaning_leaves_vietnamese_alone_and_composes_it():
    assert clean("Bệnh viện Đa khoa  vùng\nTây Nguyên") == "Bệnh viện Đa khoa vùng Tây Nguyên"
    assert clean("Be\u0323\u0302nh") == "Bệnh"
