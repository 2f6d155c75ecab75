"""ZIP containers (DOCX, XLSX) that come out the same each time."""

import io
import zipfile

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def repeatable_zip(archive: bytes) -> bytes:
    """The same archive without the times at which its members were written."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            entry = zipfile.ZipInfo(member.filename, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(member), compresslevel=6)
    return packed.getvalue()
