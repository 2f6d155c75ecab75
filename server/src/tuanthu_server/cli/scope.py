"""`tuanthu-server scope`."""

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from cyclopts import App, Parameter

from tuanthu_policy.scan_scope import DEFAULT_ATTEMPTS_PER_DAY, PROTOCOLS, ScanScope, Window
from tuanthu_server.cli.duty import assign, revoke_scope, show_scopes
from tuanthu_server.errors import InputError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Several = Annotated[list[str], Parameter(consume_multiple=True, negative="")]
"""`--network A B` and `--network A --network B` are the same."""


def register(app: App) -> None:
    """Add the commands; `issue` and `show` need no data."""
    scopes = App(name="scope", help="Giấy phép quét mạng có chữ ký (signed scan scopes).")
    scopes.command(issue)
    scopes.command(show)
    scopes.command(assign)
    scopes.command(show_scopes, name="list")
    scopes.command(revoke_scope, name="revoke")
    app.command(scopes)


def issue(
    *,
    unit: str,
    network: Several,
    authorisation: str,
    days: int,
    key: Path,
    out: Path,
    exclude: Several | None = None,
    attempts_per_day: int = DEFAULT_ATTEMPTS_PER_DAY,
    signer: str = "",
    window: str = "",
    protocol: Several | None = None,
) -> None:
    """Cấp và ký giấy phép quét mạng cho một đơn vị, có hiệu lực ngay. (Issue and sign a scope, in force at once.)

    Parameters
    ----------
    unit
        Mã đơn vị (unit code).
    network
        Mạng được quét, CIDR, tối đa /16; địa chỉ công cộng chỉ từng cái một (/32). (Network; may be given repeatedly.)
    exclude
        Địa chỉ hoặc mạng bên trong không bao giờ được động đến. (Never contacted; may be given repeatedly.)
    authorisation
        Số và ngày của văn bản cho phép. (Number and date of the authorising document.)
    days
        Số ngày hiệu lực, tối đa 366. (Days of validity.)
    attempts_per_day
        Số lần đăng nhập mỗi thiết bị trong 24 giờ, 1 đến 4. (Logins a device in 24 hours.)
    signer
        Người ký văn bản. (Who signed the document.)
    window
        Khung giờ mỗi ngày theo giờ Việt Nam, HH:MM-HH:MM, được qua nửa đêm. (Daily window, Vietnam's time.)
    protocol
        Giao thức được phép; mặc định: tất cả. (Protocols allowed; default: all.)
    key
        Khóa bí mật do `keys new` tạo. (The authority's private key.)
    out
        Tệp giấy phép sẽ ghi. (The scope file.)
    """
    from tuanthu_server.authority import signing

    scope = msgspec.structs.replace(
        signing.blank(datetime.now(UTC), days),
        unit=unit,
        networks=[canonical(text) for text in network],
        exclude=[canonical(text) for text in exclude or ()],
        authorisation=authorisation,
        signer=signer,
        window=read_window(window) if window else msgspec.UNSET,
        protocols=list(protocol or PROTOCOLS),
        attempts_per_day=attempts_per_day,
    )
    write(signing.checked(scope), key, out)


def write(scope: ScanScope, key: Path, out: Path) -> None:
    """Sign a scope into a file and say what it allows."""
    from tuanthu_server.authority import keys, signing
    from tuanthu_server.cli.drafts import Drafts, check_place

    check_place(out)
    signer = keys.load_private(key)
    if out.resolve() in (key.resolve(), key.with_suffix(keys.PUBLIC_SUFFIX).resolve()):
        raise InputError(
            f"--out {out}: là tệp khóa; hãy nêu tên khác, ví dụ scope.jws",
            f"--out {out}: is a file of the key; name another, such as scope.jws",
        )
    token = signing.sign(scope, signer)
    with Drafts() as drafts:
        drafts.write(out, token.encode() + b"\n")
        drafts.publish()
    print(f"Đã cấp giấy phép quét (scope issued): {out}")
    print_scope(scope, datetime.now(UTC))


def show(file: Path, *, trust: Path | None = None) -> None:
    """Xem một giấy phép; có --trust thì kiểm tra cả chữ ký. (Show a scope; with --trust verify it.)

    Parameters
    ----------
    file
        Tệp giấy phép. (The scope file.)
    trust
        Khóa công khai của cơ quan cấp phép. (The authority's public key.)
    """
    from tuanthu_policy.scope_checks import scope_faults
    from tuanthu_server.authority import keys, signing

    key: Ed25519PublicKey | None = None if trust is None else keys.load_public(trust)
    scope = signing.read(keys.read_small(file, "FILE"), key)
    faults = scope_faults(scope)
    if faults:
        raise InputError(
            "Giấy phép không hợp lệ:\n  " + "\n  ".join(fault.vi for fault in faults),
            "The scope is invalid:\n  " + "\n  ".join(fault.en for fault in faults),
        )
    print_scope(scope, datetime.now(UTC))
    if key is None:
        print("CHƯA kiểm tra chữ ký; hãy thêm --trust authority.pub. (Signature NOT verified; add --trust.)")
    else:
        print("Chữ ký đúng. (The signature verifies.)")


def canonical(text: str) -> str:
    """A network in its usual spelling; a bare address as a network of one. What is neither stays, to be told of."""
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError:
        return text


def read_window(text: str) -> Window:
    """`20:00-05:00`; what is wrong with the times is told by the checks."""
    start, dash, end = text.partition("-")
    if not dash:
        raise InputError(
            f"--window {text}: phải có dạng HH:MM-HH:MM, ví dụ 20:00-05:00",
            f"--window {text}: must be HH:MM-HH:MM, such as 20:00-05:00",
        )
    return Window(start=start.strip(), end=end.strip())


def print_scope(scope: ScanScope, now: datetime) -> None:
    """Each field on a line of its own."""
    for name, text in rows(scope, now):
        clean = "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
        print(f"  {name:<22} {clean}")


def rows(scope: ScanScope, now: datetime) -> Iterator[tuple[str, str]]:
    """Names and values."""
    from tuanthu_server.local_time import shown

    state = (
        "chưa đến hạn" if now < scope.not_before else "đã hết hiệu lực" if now >= scope.not_after else "đang hiệu lực"
    )
    yield "Đơn vị", scope.unit
    yield "Mạng được quét", ", ".join(scope.networks)
    yield "Loại trừ", ", ".join(scope.exclude) or "không có"
    yield "Căn cứ", scope.authorisation
    if scope.signer:
        yield "Người ký", scope.signer
    yield "Hiệu lực", f"{shown(scope.not_before)} đến {shown(scope.not_after)} ({state})"
    hours = "cả ngày" if isinstance(scope.window, msgspec.UnsetType) else f"{scope.window.start} đến {scope.window.end}"
    yield "Khung giờ", hours
    yield "Giao thức", ", ".join(scope.protocols)
    yield "Đăng nhập mỗi thiết bị", f"tối đa {scope.attempts_per_day} lần trong 24 giờ"
    yield "Mã giấy phép", scope.id
