import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

import tuanthu_server
from tuanthu_server.inventory.models import AssetRole
from tuanthu_server.units.models import Relation, UnitEvent, UnitKind

ROOT = Path(tuanthu_server.__file__).parent
CATALOGUE = ROOT / "dashboard" / "locale" / "en" / "LC_MESSAGES"


def source_texts() -> set[str]:
    found = set()
    rooms = ("dashboard", "accounts", "notifications")
    for page in [one for room in rooms for one in ROOT.glob(f"{room}/templates/**/*.html")]:
        markup = page.read_text("utf-8")
        found |= {text for _, text in re.findall(r"""translate (["'])(.+?)\1""", markup)}
        found |= {
            re.sub(r"{{ (\w+) }}", r"%(\1)s", text)
            for text in re.findall(r"{% blocktranslate[^%]*%}(.+?){% endblocktranslate %}", markup)
        }
    for module in [*ROOT.glob("dashboard/**/*.py"), *ROOT.glob("accounts/**/*.py"), *ROOT.glob("notifications/*.py")]:
        found |= set(re.findall(r'\b(?:_|gettext|gettext_lazy)\(\s*"(.+?)"\s*\)', module.read_text("utf-8")))
    labels = [*UnitKind.labels, *Relation.labels, *AssetRole.labels, *UnitEvent.What.labels]
    return found | {str(label) for label in labels}


def test_every_text_of_the_pages_has_an_english_one():
    texts = source_texts()

    assert len(texts) > 100
    with translation.override("en"):
        assert [text for text in sorted(texts) if translation.gettext(text) == text] == []


def test_the_compiled_catalogue_is_that_of_its_source(tmp_path):
    assert shutil.which("msgfmt"), "make test installs gettext"
    made = tmp_path / "django.mo"
    subprocess.run(["msgfmt", "-o", made, CATALOGUE / "django.po"], check=True)

    assert made.read_bytes() == (CATALOGUE / "django.mo").read_bytes()


@pytest.mark.django_db
def test_the_pages_are_vietnamese_until_a_person_chooses_english():
    client = Client()

    assert "Đăng nhập" in client.get("/login/", headers={"accept-language": "vi"}).content.decode()
    client.post("/language/", {"language": "en", "next": "/login/"})
    assert "Sign in" in client.get("/login/").content.decode()
