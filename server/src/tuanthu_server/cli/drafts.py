"""Files that a person asked for: written beside their place first, then put there whole."""

import errno
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tuanthu_server.errors import InputError

_CAUSES = {
    errno.ENOSPC: (
        "hết dung lượng đĩa; giải phóng chỗ rồi chạy lại",
        "the disk is full; free some room and run it again",
    ),
    errno.EDQUOT: ("hết hạn mức đĩa; giải phóng chỗ rồi chạy lại", "the disk quota is used up; free some room"),
    errno.EACCES: ("không có quyền ghi ở đó; hãy nêu nơi khác", "writing there is not permitted; name another place"),
    errno.EPERM: ("không có quyền ghi ở đó; hãy nêu nơi khác", "writing there is not permitted; name another place"),
    errno.EROFS: ("ổ đĩa đó chỉ cho đọc; hãy nêu nơi khác", "that disk is read-only; name another place"),
    errno.EISDIR: ("đó là một thư mục; hãy nêu tên tệp khác", "it is a folder; name another file"),
    errno.ENOTDIR: (
        "một phần của đường dẫn là tệp; hãy nêu thư mục khác",
        "a part of it is a file; name another folder",
    ),
    errno.EEXIST: (
        "một phần của đường dẫn là tệp; hãy nêu thư mục khác",
        "a part of it is a file; name another folder",
    ),
    errno.ENOENT: ("thư mục không còn; hãy tạo lại hoặc nêu nơi khác", "the folder is gone; make it or name another"),
    errno.ENAMETOOLONG: ("tên quá dài; hãy nêu tên ngắn hơn", "the name is too long; name a shorter one"),
    errno.EINVAL: ("đó không phải một tệp thường; hãy nêu tên tệp khác", "it is no ordinary file; name another"),
}


def check_place(path: Path) -> None:
    """Raise InputError where a file cannot be made at `path`; leaves nothing behind."""
    try:
        _refuse_what_is_no_file(path)
        folder = path.parent
        while not os.path.lexists(folder) and folder != folder.parent:
            folder = folder.parent
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unwritable(path, error) from None


def _refuse_what_is_no_file(path: Path) -> None:
    """A folder cannot be replaced by a file; a device could, and must not be."""
    try:
        path.stat()
    except FileNotFoundError:
        return
    if path.is_dir():
        raise OSError(errno.EISDIR, "")
    if not path.is_file():
        raise OSError(errno.EINVAL, "")


def _unwritable(path: Path, error: OSError) -> InputError:
    other = os.strerror(error.errno) if error.errno else str(error)
    vi, en = _CAUSES.get(error.errno or 0, (f"{other}; hãy nêu nơi khác", f"{other}; name another place"))
    return InputError(f"Không ghi được {path}: {vi}", f"Cannot write {path}: {en}")


class Drafts:
    """Whole files under temporary names; `publish` puts them in place, leaving the context removes the rest."""

    def __init__(self) -> None:
        self._temporary: dict[Path, Path] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for temporary in self._temporary.values():
            temporary.unlink(missing_ok=True)

    def write(self, path: Path, content: bytes) -> None:
        """Keep the bytes on the disk beside `path`, instead of an earlier draft; raises InputError naming `path`."""
        try:
            if path in self._temporary:
                self._temporary.pop(path).unlink(missing_ok=True)
            place = path.resolve()  # a link stays one
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".tuanthu-", delete=False) as file:
                self._temporary[path] = Path(file.name)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # some file systems tell only now that the disk is full
            self._temporary[path].chmod(0o666 & ~_umask())
        except OSError as error:
            raise _unwritable(path, error) from None

    def publish(self) -> None:
        """Put every draft in its place; raises InputError naming the first one for which that failed."""
        for path in list(self._temporary):
            try:
                self._temporary[path].replace(path.resolve())
            except OSError as error:
                raise _unwritable(path, error) from None
            del self._temporary[path]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
