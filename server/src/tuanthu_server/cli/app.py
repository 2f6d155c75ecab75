"""The command tree; each module of this package registers its own commands on import of this one."""

import importlib

from cyclopts import App

from tuanthu_server import __version__

app = App(
    name="tuanthu-server",
    help="Máy chủ trung tâm Tuanthu: nhận, đánh giá và tổng hợp báo cáo tuân thủ. (Tuanthu's collector.)",
    version=__version__,
)

COMMAND_MODULES = (
    "init",
    "serve",
    "policies",
    "waivers",
    "attestations",
    "units",
    "token",
    "importing",
    "evaluate",
    "report",
    "demo",
    "simulate",
    "keys",
    "scope",
    "catalogue",
    "devices",
    "people",
    "security_log",
    "assets",
    "backup",
    "restore",
    "retention",
    "notifications",
)
"""Every module below `cli` with commands; each has `register(app)`."""

for _name in COMMAND_MODULES:
    importlib.import_module(f"tuanthu_server.cli.{_name}").register(app)
