"""`tuanthu-server keys`."""

from pathlib import Path

from cyclopts import App

from tuanthu_server.cli.duty import trust


def register(app: App) -> None:
    """Add the commands; `new` needs no data."""
    keys = App(name="keys", help="Khóa của cơ quan cấp phép quét mạng (the scan authority's key).")
    keys.command(new)
    keys.command(trust)
    app.command(keys)


def new(*, out: Path) -> None:
    """Tạo cặp khóa Ed25519 mới, không bao giờ ghi đè. (Make a new key pair; nothing is ever overwritten.)

    Parameters
    ----------
    out
        Tệp khóa bí mật, ví dụ authority.key; khóa công khai .pub nằm cạnh. (Private key; the public one goes beside.)
    """
    from tuanthu_server.authority import keys

    public = keys.create(out)
    print(f"Khóa bí mật (private key):   {out}")
    print(f"Khóa công khai (public key): {public}")
    print(f"Dấu vân tay (fingerprint):   {keys.fingerprint(keys.load_public(public))}")
    print("Giữ khóa bí mật ở nơi an toàn: ai có nó đều cấp được giấy phép quét. Máy trạm chỉ cần khóa công khai.")
    print("(Keep the private key safe: whoever has it can authorise scans. Agents need the public one only.)")
