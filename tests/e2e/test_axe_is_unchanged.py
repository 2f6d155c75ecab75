import hashlib
import re

from tests.assets.browsing import AXE


def test_the_vendored_axe_is_the_one_that_its_readme_names():
    readme = (AXE.parent / "README.md").read_text("utf-8")
    digest = hashlib.sha256(AXE.read_bytes()).hexdigest()

    assert re.findall(r"[0-9a-f]{64}", readme) == [digest]
    assert "Mozilla Public License" in (AXE.parent / "LICENSE").read_text("utf-8")
