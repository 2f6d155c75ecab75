"""A policy in a .zip: what is no policy, or would do more than be one, is refused before anything is kept."""

import io
import stat
import zipfile

import pytest
from tests.assets.policy_zip import policy_zip, zipped

from tuanthu_policy.folder import policy_folder
from tuanthu_policy.loader import load_policy
from tuanthu_server.compliance import drafts, policy_archive
from tuanthu_server.compliance.bundles import Given, read_given
from tuanthu_server.compliance.models import PolicyDraft, PolicyTrial
from tuanthu_server.errors import InputError


@pytest.mark.django_db
@pytest.mark.parametrize("within", ["", "policies/"])
def test_a_zipped_folder_becomes_a_draft_with_its_digest(within):
    draft = drafts.take_archive(policy_zip(within), "chính-sách-2026.zip", "bà Hằng")
    assert (draft.digest, draft.source) == (load_policy().digest, "chính-sách-2026.zip")
    assert drafts._given(draft) == read_given(policy_folder())
    assert PolicyTrial.objects.get().state == "waiting"


@pytest.mark.django_db
def test_rules_alone_leave_the_tables_as_they_are():
    draft = drafts.take_archive(policy_zip(parts=("facts", "rules", "controls", "indicators")), "x.zip", "x")
    assert drafts._given(draft) == Given()


@pytest.mark.django_db
def test_a_fault_is_told_with_file_and_line_and_nothing_is_kept():
    rule = next((policy_folder() / "rules").glob("*/*/rule.yml")).relative_to(policy_folder()).as_posix()
    with pytest.raises(InputError, match=rf"{rule}:2 .*severity"):
        drafts.take_archive(policy_zip("policies/", {rule: b"id: x\nseverity: fatal\n"}), "x.zip", "x")
    assert not PolicyDraft.objects.exists()


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"../rules/a.yml": b"a"}, "path"),
        ({"rules/../../a.yml": b"a"}, "path"),
        ({"/rules/a.yml": b"a"}, "path"),
        ({"C:/rules/a.yml": b"a"}, "path"),
        ({"rules\\a.yml": b"a"}, "path"),
        ({"rules/a\u202e.yml": b"a"}, "path"),
        ({"rules/" + "a" * 200 + ".yml": b"a"}, "path"),
        ({link("rules/a.yml"): b"/etc/passwd"}, "link"),
        ({"a/rules/a.yml": b"a", "b/rules/b.yml": b"b"}, "second folder"),
        ({"rules/a.yml": b"a" * (policy_archive.MOST_OF_ONE + 1)}, "too much"),
        ({"rules/a.yml": b"a" * policy_archive.MOST_OF_ONE}, "too much"),
        ({f"rules/{place}.yml": b"a" for place in range(policy_archive.MOST_FILES + 1)}, "files, 10000 at most"),
        ({"rules/a.yml": b"a", "rules/a.yml/b.yml": b"b"}, "damaged"),
    ],
    ids=range(13),
)
def test_what_leads_elsewhere_or_is_too_much_is_refused(tmp_path, files, message):
    with pytest.raises(InputError, match=message):
        policy_archive.unpack(zipped(files), tmp_path)
    assert not list(tmp_path.parent.glob("*.yml"))


def test_what_is_no_archive_or_a_damaged_one_is_refused(tmp_path):
    whole = zipped({"rules/a.yml": b"abc" * 99}).getvalue()
    for content in (b"", b"%PDF-1.7", whole[:-30], whole[:43] + b"\xff" + whole[44:], whole[60:]):
        with pytest.raises(InputError, match="damaged"):
            policy_archive.unpack(io.BytesIO(content), tmp_path)
    twice = zipped({"rules/a.yml": b"a"})
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(twice, "a") as archive:
        archive.writestr("rules/a.yml", b"b")
    with pytest.raises(InputError, match="twice"):
        policy_archive.unpack(twice, tmp_path)


def test_only_the_files_of_a_policy_are_unpacked(tmp_path):
    files = {"policies/rules/a.yml": b"a", "policies/src/x.py": b"x", "policies/rules/run.sh": b"x", "README.md": b"x"}
    policy_archive.unpack(zipped(files), tmp_path)
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == ["a.yml"]
