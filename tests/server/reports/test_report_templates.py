from tuanthu_server.reports.document import layout
from tuanthu_server.reports.templates.make_docx import PARTS, PATH, make


def test_the_shipped_word_template_is_what_its_script_makes():
    assert PATH.read_bytes() == make()


def test_portrait_tables_are_as_wide_as_the_text_and_those_of_the_annex_as_the_landscape_page():
    portrait = {name for tables in PARTS.values() for name in tables}
    for name, columns in layout.TABLES.items():
        width = sum(column.width for column in columns)
        assert width == (layout.TEXT_WIDTH if name in portrait else 252), name


def test_every_table_of_the_document_has_its_columns(snapshot):
    from tuanthu_server.reports.document.compose import compose

    document = compose(snapshot)
    tables = [table for part in document.parts for table in part.tables]
    tables += [
        document.units,
        *(unit.controls for unit in document.details),
        *(unit.failing for unit in document.details),
    ]
    for table in tables:
        for row in [*table.rows, *([table.total] if table.total else [])]:
            assert len(row) == len(layout.TABLES[table.id]), table.id
    assert {part.id: tuple(table.id for table in part.tables) for part in document.parts} == {
        "overview": PARTS["overview"],
        "controls": PARTS["controls"],
        "undetermined": PARTS["undetermined"],
        "worst": PARTS["worst"],
        "indicators": PARTS["indicators"],
        "causes": PARTS["causes"],
    }
