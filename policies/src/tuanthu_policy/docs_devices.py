"""The device catalogue as a Vietnamese document."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from tuanthu_policy.devices.exposure import EXPOSURES
from tuanthu_policy.devices.family import Account, Family
from tuanthu_policy.devices.lines import ACCESS
from tuanthu_policy.devices.primitives import PRIMITIVES

CLASS_LABELS: Final = {
    "camera": "camera", "nvr": "đầu ghi hình", "router": "bộ định tuyến", "ont": "modem quang (ONT)",
    "switch": "bộ chuyển mạch", "ap": "điểm phát Wi-Fi", "firewall": "tường lửa", "nas": "thiết bị lưu trữ mạng (NAS)",
    "printer": "máy in", "ups": "bộ lưu điện (UPS)", "computer": "máy tính", "phone": "điện thoại",
    "generic": "dịch vụ chung", "unknown": "không rõ",
}  # fmt: skip
STATUS_LABELS: Final = {
    "lab-verified": "đã kiểm chứng", "documented": "theo tài liệu", "draft": "bản nháp, chỉ nhận dạng",
}  # fmt: skip
SECRET_LABELS: Final = {
    "label": "in trên nhãn", "serial": "theo số sê-ri", "mac": "theo địa chỉ MAC", "verification-code": "mã xác minh",
}  # fmt: skip
_HEAD: Final = """# Danh mục thiết bị

Tệp này được tạo từ `policies/devices/` bằng `python -m tuanthu_policy.docs`; đừng sửa tay. Cách viết một mục:
[policies/devices/README.md](../policies/devices/README.md).

Mục ở trạng thái “bản nháp” chỉ dùng để nhận dạng: không bao giờ đăng nhập. Mật khẩu riêng của từng thiết bị (in trên
nhãn, theo sê-ri …) không bao giờ được đoán.
"""


def devices_document(families: Mapping[str, Family]) -> str:
    """The whole document."""
    return "\n".join(
        [_HEAD, *_table(families), *(line for one in families.values() for line in _family(one)), *_appendix()]
    )


def _table(families: Mapping[str, Family]) -> Iterator[str]:
    count = Counter(family.status for family in families.values())
    shown = ", ".join(f"{count[status]} {label}" for status, label in STATUS_LABELS.items() if count[status])
    yield f"## {len(families)} mục: {shown}\n"
    yield "| mục | hãng | loại | trạng thái | cách đăng nhập | tài khoản |"
    yield "|---|---|---|---|---|---|"
    for family in families.values():
        logins = ", ".join(dict.fromkeys(login.protocol for login in family.logins)) or "–"
        label = STATUS_LABELS[family.status]
        documented = sum(account.password is not msgspec.UNSET for account in family.accounts)
        kind = CLASS_LABELS[family.device_class]
        yield f"| [{family.id}](#{family.id}) | {family.vendor} | {kind} | {label} | {logins} | {documented} |"
    yield ""


def _family(family: Family) -> Iterator[str]:
    yield f'### <a id="{family.id}"></a>{family.vendor}: {family.family}\n'
    yield f"`{family.id}` · {CLASS_LABELS[family.device_class]} · {STATUS_LABELS[family.status]}\n"
    for account in family.accounts:
        yield f"- Tài khoản {_account(account)}; nguồn {account.source + 1}"
    for line in family.lines:
        models = ", ".join(f"`{name}`" for name in line.models)
        digits = " (`#` là một chữ số)" if "#" in models else ""
        yield f"- Đầu cuối đường truyền {ACCESS[line.access].vi}: {models}{digits}; nguồn {line.source + 1}"
    if family.attest:
        yield f"- Thiết bị tự khai, không cần đăng nhập: {', '.join(f'`{one.id}`' for one in family.attest)}"
    if family.lockout.attempts is not msgspec.UNSET:
        silent = " và có thể không báo: mỗi đêm thử một lần, đêm khác thử lại" if family.lockout.silent else ""
        yield f"- Tự khóa sau {family.lockout.attempts} lần sai{silent}"
    for number, reference in enumerate(family.references, 1):
        link = f" <{reference.url}>" if reference.url else ""
        yield f"- Nguồn {number} ({reference.kind}): {reference.title}{link}: {reference.claim}"
    yield f"\n**Cách khắc phục.** {family.remediation.vi.strip()}\n"


def _account(account: Account) -> str:
    scope = f" ({account.scope})" if account.scope else ""
    if account.password_kind is not msgspec.UNSET:
        return f"`{account.user}`, mật khẩu riêng {SECRET_LABELS[account.password_kind]}{scope}"
    secret = "mật khẩu trống" if not account.password else f"mật khẩu `{account.password}`"
    user = f"`{account.user}`" if account.user else "không tên"
    return f"{user}, {secret}{scope}"


def _appendix() -> Iterator[str]:
    yield "## Phát hiện không cần đăng nhập\n"
    yield "| mã | nghĩa |"
    yield "|---|---|"
    for code, text in EXPOSURES.items():
        yield f"| `{code}` | {text.vi} |"
    yield "\n## Phép tính dùng trong một cách đăng nhập\n"
    yield "| tên | phép tính |"
    yield "|---|---|"
    for name, primitive in PRIMITIVES.items():
        shown = primitive.doc.replace("|", "\\|")
        yield f"| `{name}`{' (có `key`)' if primitive.keyed else ''} | {shown} |"
    yield ""
