"""Making a backup, and restoring one into nothing."""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tuanthu_server import __version__, data_folder
from tuanthu_server.backup import archive, database
from tuanthu_server.backup.archive import DATABASE, FILES, Manifest
from tuanthu_server.config import Config
from tuanthu_server.errors import InputError


def back_up(config: Config, out: Path) -> Manifest:
    """Write everything into a new file, readable by its owner only: it holds the collector's keys.

    May run beside the collector. Raises InputError, ConfigError.
    """
    if out.exists():
        raise InputError(f"{out} đã có; hãy chọn tên khác", f"{out} exists; choose another name")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=config.data_dir) as scratch:
        copy = Path(scratch) / DATABASE
        database.dump(config, copy)
        members = {DATABASE: copy} | {
            f"{FILES}{path.relative_to(config.data_dir).as_posix()}": path for path in files(config)
        }
        manifest = Manifest(
            format=archive.FORMAT,
            version=__version__,
            database=database.kind(config),
            created_at=datetime.now(UTC),
            digests={name: archive.digest_of(path) for name, path in members.items()},
        )
        archive.write(out, manifest, members)
    return manifest


def files(config: Config) -> list[Path]:
    """Every file of the data folder but the database itself, locks, and what is only in the making."""
    found = []
    for path in sorted(config.data_dir.rglob("*")):
        inside = path.relative_to(config.data_dir)
        passing = inside.parts[0].startswith(".") or inside.name.startswith(config.sqlite_path.name)
        if path.is_file() and not path.is_symlink() and not passing:
            found.append(path)
    return found


def restore(config: Config, source: Path) -> Manifest:
    """Fill an empty data folder, and an empty database, from a backup; raises InputError, ConfigError.

    Nothing is changed where the backup is not whole or something is there already.
    """
    if config.data_dir.exists() and any(config.data_dir.iterdir()):
        raise InputError(
            f"{config.data_dir} không trống; hãy phục hồi vào một thư mục mới (TUANTHU_DATA_DIR)",
            f"{config.data_dir} is not empty; restore into a new folder (TUANTHU_DATA_DIR)",
        )
    if config.is_postgresql:
        database.check_empty(config)
    config.data_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=config.data_dir.parent) as scratch:
        manifest = archive.unpack(source, Path(scratch))
        if manifest.database != database.kind(config):
            raise InputError(
                f"Bản sao lưu là của {manifest.database}, cấu hình là {database.kind(config)} (database_url)",
                f"The backup is of {manifest.database}, the settings say {database.kind(config)} (database_url)",
            )
        data_folder.make(config.data_dir)
        kept = Path(scratch) / FILES
        for path in sorted(kept.rglob("*")) if kept.exists() else ():
            _put(path, config.data_dir / path.relative_to(kept))
        database.load(config, Path(scratch) / DATABASE)
    return manifest


def _put(path: Path, target: Path) -> None:
    if path.is_dir():
        target.mkdir(mode=0o700, exist_ok=True)
        return
    shutil.copyfile(path, target)
    target.chmod(0o600)
