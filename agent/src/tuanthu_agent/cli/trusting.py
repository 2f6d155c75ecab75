"""`tuanthu-agent trust`: pin the authority whose scan scopes this machine obeys."""

import sys
from pathlib import Path
from typing import Annotated

import cyclopts
import msgspec
from cyclopts import Parameter

from tuanthu_agent import identity as identities
from tuanthu_agent.cli.console import errors, output
from tuanthu_agent.config import load_config
from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.scanner.scope import fingerprint, load_authority
from tuanthu_policy.envelope import b64url

YES = frozenset({"y", "yes", "c", "có", "co", "d", "đ", "đồng ý"})


def register(app: cyclopts.App) -> None:
    """Add the command."""
    app.command(trust, name="trust")


def trust(file: Path, *, confirm: Annotated[str, Parameter(name="--fingerprint")] = "") -> int:
    """Ghim khóa công khai của cơ quan cấp phép quét mạng; thay khóa đã ghim khi ghi danh. (Pin the scan authority.)

    Mã thoát: 0 đã ghim, 1 không đồng ý, 3 lỗi.

    Parameters
    ----------
    file
        Khóa công khai của cơ quan cấp phép (authority.pub)
    confirm
        Dấu vân tay đã nhận bằng đường khác (64 chữ số hệ 16); khi có thì không hỏi lại
    """
    config = load_config()
    identity = identities.load(config.data_dir)
    key = load_authority(file)
    mark = fingerprint(key)
    output.print(f"Dấu vân tay SHA-256 của khóa (fingerprint): {spaced(mark)}", markup=False, soft_wrap=True)
    raw = b64url(key.public_bytes_raw()).decode()
    if identity.authority == raw:
        output.print("Khóa này đã được ghim từ trước.")
        return 0
    if not is_confirmed(mark, confirm, replaced=bool(identity.authority)):
        errors.print("Không ghim. (Not pinned.)")
        return 1
    identities.save(config.data_dir, msgspec.structs.replace(identity, authority=raw))
    output.print("Đã ghim. Máy này chỉ quét mạng theo giấy phép do khóa này ký.")
    return 0


def is_confirmed(mark: str, given: str, *, replaced: bool) -> bool:
    """By the fingerprint on the command line, else by a person; raises TuanthuError for another fingerprint."""
    if given:
        if "".join(letter for letter in given.lower() if letter.isalnum()) == mark:
            return True
        raise TuanthuError(
            "Dấu vân tay không khớp với tệp khóa: có thể tệp đã bị đổi. Không ghim.",
            "The fingerprint is not that of the key file, which may have been exchanged. Not pinned.",
        )
    if not sys.stdin.isatty():
        raise TuanthuError(
            "Không có ai để hỏi: thêm --fingerprint với dấu vân tay nhận từ cơ quan cấp phép",
            "There is nobody to ask: add --fingerprint with the fingerprint that the authority told you",
        )
    if replaced:
        output.print("Máy này đang ghim một khóa khác; khóa ấy sẽ bị thay.", style="yellow")
    output.print("Hãy đối chiếu với dấu vân tay mà cơ quan cấp phép công bố (qua văn bản hoặc điện thoại).")
    return input("Đúng dấu vân tay, ghim khóa này? [c/K] ").strip().lower() in YES


def spaced(mark: str) -> str:
    """In groups of four, as people compare them."""
    return " ".join(mark[place : place + 4] for place in range(0, len(mark), 4))
