"""`docs/antivirus-products.md` says of each Windows product what the code's table says, field by field."""

from pathlib import Path

from tuanthu_agent.collectors.antivirus.windows.catalogue import PRODUCTS
from tuanthu_agent.collectors.antivirus.windows.product import DOCUMENTED, GENERAL, PUBLIC
from tuanthu_policy.loader import load_policy

DOCUMENT = Path(__file__).parents[3] / "docs" / "antivirus-products.md"
TEXT = DOCUMENT.read_text(encoding="utf-8").partition("\n## Windows\n")[2]
FIELDS = load_policy().kinds["antivirus"].facts["products"].fields


def code(*words):
    return ", ".join(f"`{word}`" for word in words)


def cell(text):
    return f"`{text}`".replace("|", "\\|") if "\\" in text else text


def product_row(product):
    services = code(*product.services) + (f" with {code(*product.requires)}" if product.requires else "")
    services += ", and any that runs from its folder" if product.by_folder else ""
    licence = product.licence_kind or ("by its edition" if product.free or product.paid else "not told")
    name = f"{product.name} | {product.vendor} | {product.platform}"
    return f"| `{product.id}` | {name} | {services} | {licence} | {product.grade} |"


def field_row(product, known):
    return f"| `{product.id}` | {known.field} | {known.source} | {cell(known.where)} | {known.grade} |"


def rows():
    return [product_row(product) for product in PRODUCTS] + [
        field_row(product, known) for product in PRODUCTS for known in product.known
    ]


def test_the_document_holds_just_the_tables_rows():
    assert [line for line in TEXT.splitlines() if line.startswith("| `")] == rows()


def test_every_field_and_grade_is_one_that_exists():
    for product in PRODUCTS:
        assert product.grade in (DOCUMENTED, PUBLIC, GENERAL)
        for known in product.known:
            assert known.field in FIELDS, f"{product.id}.{known.field}"
            assert known.grade in (DOCUMENTED, PUBLIC, GENERAL)
            assert known.source
            assert known.where


def test_ids_are_unique_and_services_lower_case():
    ids = [product.id for product in PRODUCTS]
    assert len(ids) == len(set(ids))
    for product in PRODUCTS:
        names = (*product.services, *product.folders, *product.brands, *product.free, *product.paid, *product.requires)
        assert names == tuple(name.lower() for name in names)
        assert product.services
        assert product.folders


def test_what_a_product_reads_is_what_the_table_says_it_reads():
    """A product without further fields has no reader, and one with a reader has fields."""
    assert all((product.read is None) == (not product.known) for product in PRODUCTS)
