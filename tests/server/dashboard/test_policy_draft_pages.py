"""An administrator tries a policy on the pages, sees what it would change, and publishes exactly that."""

import csv
import io
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.assets.collector import deliver, enrol_agent
from tests.assets.people import person, signed_in
from tests.assets.policies import swapped_policy
from tests.assets.policy_zip import policy_zip, zipped
from tests.assets.signing import observation

from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance import drafts, policies, trial_runs
from tuanthu_server.compliance.bundles import Given
from tuanthu_server.compliance.models import PolicyDraft, PolicyVersion
from tuanthu_server.security_log.models import SecurityEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(policy):
    return signed_in(person("bà-hằng", Role.ADMINISTRATOR))


@pytest.fixture
def draft(intake, unit, policy):
    """Tried on three machines, of which two are good and would fail."""
    for name, good in (("MÁY-1", True), ("=MÁY-2", True), ("MÁY-3", False)):
        agent = enrol_agent(unit, name)
        deliver(intake, agent, agent.report([observation("alpha", {"good": good})]))
    made = drafts.take(swapped_policy(), Given(), "quy-định-mới.zip", "bà Hằng")
    return made.pk


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def send(client, file):
    return client.post("/policies/drafts/new/", {"file": SimpleUploadedFile("chính-sách.zip", file.read())})


def test_what_is_sent_is_checked_and_kept_and_a_fault_has_its_file_and_line(administrator):
    page = text_of(send(administrator, zipped({"facts/a.yml": b"kind: a\ntitle: 1\n"})))
    assert "facts/a.yml:2 [title]" in page
    assert not PolicyDraft.objects.exists()
    answer = send(administrator, policy_zip("policies/"))
    made = PolicyDraft.objects.get()
    assert answer.headers["Location"] == f"/policies/drafts/{made.pk}/"
    assert "Đang chờ đến lượt thử" in text_of(administrator.get(answer.headers["Location"]))
    assert "chính-sách.zip" in text_of(administrator.get("/policies/"))
    assert (made.added_by, SecurityEvent.objects.get(kind="policy-drafted").actor) == ("bà-hằng", "bà-hằng")


def test_counts_lists_and_files_tell_the_same_and_lead_to_each_other(administrator, draft):
    trial_runs.carry_on()
    page = administrator.get(f"/policies/drafts/{draft}/")
    told = text_of(page)
    assert "Đạt → thành Không đạt 2 máy, thiết bị" in told
    assert re.search(r"Trạm Y tế \S* ?.* 3 3 2 1 ", told)
    assert "có thể đổi kết quả" in told
    link = re.search(
        r'href="(/policies/drafts/\d+/changes/\?code=alpha.good&amp;shift=pass-fail)"', page.content.decode()
    )
    listed = administrator.get(link[1].replace("&amp;", "&"))
    assert [one.asset.name for one in listed.context["page"].object_list] == ["MÁY-1", "=MÁY-2"]
    for query, rows in (("code=alpha.good", 3), ("code=alpha.good&shift=fail-pass", 1), ("unit=TYT-01", 15)):
        shown = administrator.get(f"/policies/drafts/{draft}/changes/?{query}").context["page"].paginator.count
        file = administrator.get(f"/policies/drafts/{draft}/changes.csv?{query}").content.decode("utf-8-sig")
        assert (shown, len(list(csv.reader(io.StringIO(file)))) - 1) == (rows, rows)
        assert "=MÁY-2" not in file.replace("'=MÁY-2", "")


def test_it_is_published_with_a_reason_by_who_has_looked_and_not_twice(administrator, draft):
    trial_runs.carry_on()
    address, digest = f"/policies/drafts/{draft}/publish/", swapped_policy().digest
    assert "field-error" in administrator.post(address, {"digest": digest, "reason": "CV 12"}).content.decode()
    assert PolicyVersion.objects.count() == 1
    given = {"digest": digest, "reason": "Theo CV 12/SYT", "seen": "on"}
    assert "Đã ban hành" in text_of(administrator.post(address, given, follow=True))
    assert PolicyVersion.objects.get(digest=digest).note == "Theo CV 12/SYT"
    assert "đã được ban hành" in text_of(administrator.post(address, given, follow=True))
    assert PolicyVersion.objects.count() == 2


def test_a_trial_by_another_policy_says_so_and_cannot_be_published(administrator, draft):
    trial_runs.carry_on()
    small = policies.version_policy(PolicyVersion.objects.get().pk)
    policies.publish(type(small)(small.kinds.values(), [small.rules["alpha.good"]], []))
    page = administrator.get(f"/policies/drafts/{draft}/")
    assert "chính sách khác có hiệu lực" in text_of(page)
    assert "/publish/" not in page.content.decode()
    administrator.post(f"/policies/drafts/{draft}/try/")
    assert "Đang chờ đến lượt thử" in text_of(administrator.get(f"/policies/drafts/{draft}/"))
    administrator.post(f"/policies/drafts/{draft}/discard/")
    assert not PolicyDraft.objects.exists()


def test_programs_try_look_and_publish_the_same_way(administrator, draft):
    trial_runs.carry_on()
    address = f"/api/v1/policies/drafts/{draft}"
    told = administrator.get(address).json()
    shifts = {one["code"]: one["shifts"] for one in told["codes"]}
    assert shifts["alpha.good"][0] == {"before": "pass", "after": "fail", "assets": 2}
    assert told["units"] == [{"unit": "TYT-01", "assets": 3, "changed": 3, "worse": 2, "better": 1}]
    found = administrator.get(f"{address}/changes?code=alpha.good&size=2").json()
    assert (found["total"], [one["asset_name"] for one in found["items"]]) == (3, ["MÁY-1", "=MÁY-2"])
    gone = administrator.get(f"{address}/difference").json()
    assert (gone["rules_removed"], gone["controls_removed"]) == (["both.good"], ["test/two"])
    sent = {"file": SimpleUploadedFile("x.zip", b"no")}
    assert administrator.post("/api/v1/policies/drafts", sent).status_code == 409
    body = json.dumps({"digest": told["draft"]["digest"], "reason": "CV 12"})
    published = administrator.post(f"{address}/publish", body, content_type="application/json").json()
    assert (published["digest"], published["note"]) == (swapped_policy().digest, "CV 12")
    assert administrator.delete(address).status_code == 409


def test_nobody_else_sees_or_does_any_of_it(draft, unit):
    for role, units in ((Role.VIEWER, ()), (Role.AUDITOR, ()), (Role.OFFICER, (unit,))):
        client = signed_in(person(f"người-{role}", role, *units))
        assert "Dự thảo" not in client.get("/policies/").content.decode()
        for address in (f"/policies/drafts/{draft}/", f"/api/v1/policies/drafts/{draft}/changes"):
            assert client.get(address).status_code == 403
        assert client.post(f"/policies/drafts/{draft}/discard/").status_code == 403
