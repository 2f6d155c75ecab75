"""The register of reports: takes the next number, freezes the bytes, gives them back."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from psycopg.errors import SerializationFailure

from tuanthu_server.compliance.lines.refresh import refresh
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.reports.errors import ReportError
from tuanthu_server.reports.models import ReportSnapshot
from tuanthu_server.reports.snapshot import codec
from tuanthu_server.reports.snapshot.builder import build
from tuanthu_server.reports.snapshot.inputs import Inputs
from tuanthu_server.reports.snapshot.model import DEPARTMENT, DepartmentReport
from tuanthu_server.reports.snapshot.sources import one_moment, read_inputs
from tuanthu_server.reports.texts import load_texts, with_number

_ATTEMPTS = 10


def take_snapshot(
    scope: str = DEPARTMENT,
    as_of: datetime | None = None,
    prepare: Callable[[DepartmentReport], object] = lambda _: None,
) -> DepartmentReport:
    """Compute, number and keep a report of the department or of the unit with the code `scope`.

    Without `as_of` it tells the present; with it, what that moment's evidence and policy say. Raises ReportError for an
    unknown unit, for figures that contradict each other, and when the register cannot give a number.

    `prepare` gets the report before its number is taken: when it raises, the number stays free. It is called again with
    the next number where another process was faster.
    """
    report = build(_read(scope, as_of))
    for _ in range(_ATTEMPTS):
        numbered = _numbered(report)
        prepare(numbered)
        try:
            return _keep(numbered)
        except IntegrityError:  # another process took the number
            continue
    raise ReportError(
        "Sổ báo cáo đang bận, chưa cấp được số; hãy chạy lại lệnh",
        "The register of reports is busy and gave no number; run the command again",
    )


def _read(scope: str, as_of: datetime | None) -> Inputs:
    texts = load_texts(settings.CONFIG.data_dir)
    refresh(whole=True)
    for _ in range(_ATTEMPTS):
        if as_of is None:
            sweep()  # in its own transactions, so that the reading below finds nothing to write
        try:
            with one_moment():
                return read_inputs(scope, as_of, texts)
        except SerializationFailure:  # another process wrote just now what the reading had to write too
            continue
    raise ReportError(
        "Số liệu đang thay đổi liên tục nên chưa lập được báo cáo; hãy chạy lại lệnh",
        "The figures change too fast to take a report; run the command again",
    )


def _numbered(report: DepartmentReport) -> DepartmentReport:
    number = (ReportSnapshot.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    return msgspec.structs.replace(report, number=number, organisation=with_number(report.organisation, number))


def _keep(numbered: DepartmentReport) -> DepartmentReport:
    body = codec.encode(numbered)
    with transaction.atomic():
        ReportSnapshot.objects.create(
            number=numbered.number,
            scope=numbered.scope,
            as_of=numbered.as_of,
            created_at=numbered.created_at,
            digest=codec.digest_of(body),
            body=codec.pack(body),
        )
    return numbered


def load_snapshot(number: int) -> DepartmentReport:
    """The report with that number, as it was frozen; raises ReportError when there is none or it was changed."""
    try:
        row = ReportSnapshot.objects.get(number=number)
    except ReportSnapshot.DoesNotExist:
        raise ReportError(
            f"Sổ báo cáo không có báo cáo số {number}", f"The register has no report number {number}"
        ) from None
    return codec.unpack(bytes(row.body), row.digest)
