"""What a page-based document consists of: finished texts, no numbers left to compute."""

import msgspec


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table; its columns stand in `layout.TABLES` below its id."""

    id: str
    caption: str
    rows: list[list[str]]
    total: list[str] = []
    """The closing row in bold, if the table has one."""
    empty: str = ""
    """What stands in its place when there are no rows."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One numbered section."""

    id: str
    heading: str
    paragraphs: list[str]
    tables: list[Table]
    notes: list[str] = []
    """Small remarks below the tables."""
    closing: list[str] = []
    """Paragraphs after all that."""


class UnitAnnex(msgspec.Struct, frozen=True, kw_only=True):
    """The annex section of one unit."""

    heading: str
    summary: str
    controls: Table
    failing: Table


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Everything above the first section."""

    parent_agency: str
    agency: str
    nation: str
    motto: str
    number: str
    place_and_date: str
    title: str
    subject: str
    addressees: str
    bases: list[str]
    opening: str


class Foot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything below the last section."""

    recipients_title: str
    recipients: list[str]
    signer: list[str]
    """`KT. GIÁM ĐỐC`, `PHÓ GIÁM ĐỐC`: one line each."""
    signer_name: str


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """The whole document."""

    file_title: str
    author: str
    label: str
    """`SỐ LIỆU TRÌNH DIỄN` above every page of a demonstration, else empty."""
    head: Head
    parts: list[Part]
    ending: str
    """The sentence that hands the report over."""
    foot: Foot
    annex_note: str
    units_title: str
    units_measure: str
    """What the figures of that table count."""
    units: Table
    lines: Table
    """Every unit's Internet line; without rows in a report from before there were lines."""
    devices: Table
    """Every network device; without rows in a report from before there were devices."""
    waivers: Table
    """The waivers in force; without rows in a report without them."""
    statements: Table
    """The attestations that hold; the same."""
    trace: list[str]
    """Where the figures are kept, and their digests."""
    details_title: str
    details_scope: str
    """Which units have a section below, and which have none and why."""
    details: list[UnitAnnex]
    """Units with at least one machine on record."""
