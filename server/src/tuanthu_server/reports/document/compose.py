"""From the snapshot to the finished texts of the document."""

from datetime import date

from tuanthu_server.reports.document import annex, connectivity, devices, exceptions, indicators, opening, parts
from tuanthu_server.reports.document.model import Document, Foot, Head
from tuanthu_server.reports.document.words import DEMONSTRATION, kind_of_document, long_date, long_moment, together
from tuanthu_server.reports.snapshot import codec
from tuanthu_server.reports.snapshot.model import DepartmentReport


def compose(report: DepartmentReport) -> Document:
    """The Báo cáo tổng hợp of this snapshot; the same snapshot gives the same texts."""
    names = report.organisation
    return Document(
        file_title=f"Báo cáo {report.organisation.number}: {_subject(report)}",
        author=names.agency,
        label=DEMONSTRATION if report.demonstration else "",
        head=_head(report),
        parts=[
            opening.overview(report),
            parts.by_clause(report),
            parts.undetermined(report),
            parts.by_unit(report),
            *([indicators.indicators(report)] if indicators.has_indicators(report) else []),
            *([connectivity.connectivity(report)] if connectivity.has_lines(report) else []),
            *([devices.devices(report, report.devices)] if report.devices is not None else []),
            *([exceptions.exceptions(report, report.exceptions)] if report.exceptions is not None else []),
            parts.causes(report),
        ],
        ending=_ending(report),
        foot=_foot(report),
        annex_note=f"(Kèm theo Báo cáo số {names.number} {long_date(report.created_at)} của {names.name})",
        units_title="KẾT QUẢ CỦA TẤT CẢ CÁC ĐƠN VỊ",
        units_measure="Đơn vị tính: máy",
        units=annex.all_units(report),
        lines=connectivity.all_lines(report),
        devices=devices.all_devices(report),
        waivers=exceptions.all_waivers(report),
        statements=exceptions.all_statements(report),
        trace=_trace(report),
        details_title="KẾT QUẢ CHI TIẾT TỪNG ĐƠN VỊ",
        details_scope=annex.scope(report),
        details=annex.unit_sections(report),
    )


def regulation(report: DepartmentReport) -> str:
    """`Chỉ thị số 14/CT-TTg ngày 25 tháng 5 năm 2018 của …`: always with the date, for three carry that number."""
    return " ".join(_named(report))


def _head(report: DepartmentReport) -> Head:
    names = report.organisation
    return Head(
        parent_agency=names.parent_agency.upper(),
        agency=names.agency.upper(),
        nation="CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        motto="Độc lập - Tự do - Hạnh phúc",
        number=f"Số: {names.number}",
        place_and_date=f"{names.place}, {long_date(report.created_at)}",
        title="BÁO CÁO",
        subject=f"Kết quả thực hiện {_regulation_in_lines(report)}",
        addressees=f"Kính gửi: {'; '.join(names.addressees)}." if names.addressees else "",
        bases=[f"{base.rstrip(' ;.,')};" for base in (*names.legal_bases, _framework_basis(report))],
        opening=f"{report.organisation.name} báo cáo kết quả thực hiện {regulation(report)}, số liệu đến "
        f"{long_moment(report.as_of)}, như sau:",
    )


def _subject(report: DepartmentReport) -> str:
    return f"Kết quả thực hiện {regulation(report)}"


def _regulation_in_lines(report: DepartmentReport) -> str:
    """The same for a centred heading: neither the date nor the issuer's name is torn."""
    named, *rest = _named(report)
    return " ".join([named, *map(together, rest)])


def _named(report: DepartmentReport) -> list[str]:
    """What the regulation is called, when it was signed, who issued it; what is not known is left out."""
    document = report.framework.document
    if not document.number:
        return [document.title.vi]
    kind = kind_of_document(document.number)
    named = document.number if document.number.startswith("TCVN") else f"số {document.number}"
    signed = [long_date(date.fromisoformat(document.date))] if document.date else []
    return [f"{kind} {named}", *signed, f"của {document.issuer.vi}"]


def _ending(report: DepartmentReport) -> str:
    """The closing sentence of an official report, which ends in `./.`."""
    names = report.organisation
    to = f" {'; '.join(names.addressees)} xem xét, chỉ đạo" if names.addressees else ""
    return f"Trên đây là báo cáo kết quả thực hiện {regulation(report)}, {names.name} kính báo cáo{to}./."


def _trace(report: DepartmentReport) -> list[str]:
    """How anyone can prove later that these are the figures of that day."""
    return [
        (
            f"Số liệu được lưu cố định trong sổ báo cáo của máy chủ với số {report.number}. "
            f"Mã kiểm tra (SHA-256) của số liệu: {codec.digest(report)}."
        ),
        f"Mã kiểm tra (SHA-256) của bộ tiêu chí đánh giá: {report.policy.digest}.",
    ]


def _framework_basis(report: DepartmentReport) -> str:
    """The regulation with its own title, unless that title already begins with what the regulation is."""
    title = report.framework.document.title.vi
    if not report.framework.document.number or title.startswith(kind_of_document(report.framework.document.number)):
        return f"Căn cứ {regulation(report)}"
    title = title[:1].lower() + title[1:]
    return f"Căn cứ {regulation(report)} {title if title.startswith('về ') else f'về việc {title}'}"


def _foot(report: DepartmentReport) -> Foot:
    names = report.organisation
    last = len(names.recipients) - 1
    return Foot(
        recipients_title="Nơi nhận:",
        recipients=[
            f"- {text.rstrip(' ;.')}{'.' if index == last else ';'}" for index, text in enumerate(names.recipients)
        ],
        signer=[line for line in (names.signer_authority, names.signer_title) if line],
        signer_name=names.signer_name,
    )
