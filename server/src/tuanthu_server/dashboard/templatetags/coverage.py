"""Cells and marks of which a page has hundreds, written without a template of their own."""

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from tuanthu_server.compliance.totals import Coverage, LanCoverage
from tuanthu_server.dashboard.places import Mark, UnitMap
from tuanthu_server.dashboard.templatetags.tuanthu import told
from tuanthu_server.outcome_labels import number_text

register = template.Library()
_CELL = '<td class="num" data-label="{}"><span>{}{}{}</span></td>'


@register.simple_tag
def coverage_cells(coverage: Coverage, lan: LanCoverage, reporting: int, several: bool = False) -> SafeString:  # noqa: FBT001, FBT002 - how tags are called
    """Two cells of a row: reporting ÷ stated, and reporting ÷ seen; of several units, how many are in neither."""
    untold = coverage.units_without_expectation if several and coverage.expected is not None else 0
    unseen = lan.units_without_scan if several and lan.seen else 0
    stated = (
        format_html("<b>{}</b>", told(coverage.share)) if coverage.expected is not None else gettext("Chưa khai báo")
    )
    none = gettext("Không thấy máy tính") if lan.units_without_computer else gettext("Chưa có kết quả quét")
    return format_html(
        _CELL + _CELL,
        gettext("Máy báo cáo / khai báo"),
        stated,
        _pair(reporting, coverage.expected),
        _aside(untold, gettext("đơn vị chưa khai báo")),
        gettext("Máy báo cáo / thấy trong mạng"),
        format_html("<b>{}</b>", told(lan.share)) if lan.seen else format_html(_ASIDE, none),
        _pair(lan.covered, lan.seen) if lan.seen else "",
        _aside(unseen, gettext("đơn vị chưa có kết quả quét")),
    )


_ASIDE = '<span class="text-secondary">{}</span>'


def _pair(part: int, whole: int | None) -> SafeString:
    return format_html('<span class="code">{} / {}</span>', *(_number(one) for one in (part, whole)))


def _aside(count: int, words: str) -> str:
    return format_html(_ASIDE, f"{_number(count)} {words}") if count else ""


def _number(value: int | None) -> str:
    return number_text(value, get_language() or "vi")


@register.simple_tag
def map_tethers(drawn: UnitMap) -> SafeString:
    """A thin line from each mark that was moved to where its unit is."""
    return format_html_join(
        "",
        '<path class="map-tether" d="M{} {}L{} {}"/>',
        ((one.spot.x, one.spot.y, one.spot.at_x, one.spot.at_y) for one in drawn.marks if one.spot.moved),
    )


@register.simple_tag
def map_marks(drawn: UnitMap) -> SafeString:
    """Each unit as a link with its name, state and numbers; its code beside it where there is room."""
    language = get_language() or "vi"
    return format_html_join("\n", _MARK, (_mark(one, language, drawn.named) for one in drawn.marks))


_MARK = (
    '<a class="map-mark m-{}" href="{}" aria-label="{}"><title>{}</title><circle cx="{}" cy="{}" r="12"/>'
    '<path d="{}"/></a>{}'
)
_NAME = '<text class="map-name" aria-hidden="true" x="{}" y="{}" dy="24">{}</text>'


def _mark(one: Mark, language: str, named: bool) -> tuple[object, ...]:  # noqa: FBT001 - only used above
    unit, spot = one.line.unit, one.spot
    state = f"{unit.name}: {one.state.text.in_language(language)}"
    machines, failing = gettext("máy"), gettext("không đạt")
    numbers = f"{_number(one.line.compliance.assets)} {machines}, {_number(one.line.counts.failed)} {failing}"
    name = format_html(_NAME, spot.x, spot.y, unit.code) if named else ""
    title = f"{state}; {numbers}"
    return one.state.value, reverse("unit", args=[unit.code]), state, title, spot.x, spot.y, one.path, name
