"""Programs by which somebody far away can see and steer this machine, and by what each is known.

Names of services and of products are the makers' own and the same in every language. What is part of the operating
system (remote desktop, Quick Assist) is observed elsewhere or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Tuple


@dataclass(frozen=True)
class Tool:
    """One product."""

    id: str
    name: str
    services: str = ""
    """Regular expression for its services' key names, in lower case."""
    installed: str = ""
    """Regular expression for its key or product name among installed programs, in lower case, from the beginning."""
    programs: Tuple[str, ...] = ()
    """Where it lies on Linux."""
    processes: Tuple[str, ...] = ()
    """Names of its processes without `.exe`, in lower case."""


TOOLS: Final = (
    Tool("aeroadmin", "AeroAdmin", "aeroadmin.*", "aeroadmin", (), ("aeroadmin",)),
    Tool("ammyy", "Ammyy Admin", "ammyyadmin.*", "ammyy", (), ("aa_v3", "ammyy_admin")),
    Tool(
        "anydesk",
        "AnyDesk",
        "anydesk.*|ad_.*_msi_service",
        "anydesk",
        ("/usr/bin/anydesk", "/opt/anydesk/anydesk"),
        ("anydesk",),
    ),
    Tool("atera", "Atera", "ateraagent", "ateraagent", ("/opt/ITSPlatform/agentcore",), ("ateraagent",)),
    Tool("bomgar", "BeyondTrust Remote Support", "bomgar.*", "bomgar|beyondtrust remote", (), ("bomgar-scc",)),
    Tool(
        "chrome-remote-desktop",
        "Chrome Remote Desktop",
        "chromoting",
        "chrome remote desktop host",
        ("/opt/google/chrome-remote-desktop/chrome-remote-desktop-host",),
        ("remoting_host", "chrome-remote-d"),
    ),
    Tool("dameware", "DameWare", "dwmrcs|dwrcs", "dameware", (), ("dwrcs",)),
    Tool(
        "dwservice", "DWService", "dwagent", "dwagent", ("/usr/share/dwagent/native/dwagsvc",), ("dwagent", "dwagsvc")
    ),
    Tool("gotomypc", "GoToMyPC", "gotomypc.*|g2svc|gotoresolve.*", "gotomypc|goto resolve", (), ("g2svc",)),
    Tool("hoptodesk", "HopToDesk", "hoptodesk", "hoptodesk", ("/usr/bin/hoptodesk",), ("hoptodesk",)),
    Tool("islonline", "ISL Online", "islalwaysonmonitor|isllight.*", "isl (alwayson|light)", (), ("isllight",)),
    Tool("logmein", "LogMeIn", "logmein|lmiguardiansvc|lmirescue.*|lmimaint", "logmein", (), ("logmein", "lmi_rescue")),
    Tool(
        "meshagent",
        "MeshCentral",
        "mesh agent.*|meshagent",
        "mesh ?agent|meshcentral",
        ("/usr/local/mesh_services/meshagent/meshagent", "/usr/local/mesh/meshagent"),
        ("meshagent",),
    ),
    Tool("netsupport", "NetSupport", "client32", "netsupport", (), ("client32",)),
    Tool("nomachine", "NoMachine", "nxservice.*", "nomachine", ("/usr/NX/bin/nxserver",), ("nxserver.bin",)),
    Tool("parsec", "Parsec", "parsec", "parsec", ("/usr/bin/parsecd",), ("parsecd",)),
    Tool("radmin", "Radmin Server", "rserver3|r_server", "radmin server", (), ("rserver3",)),
    Tool("remote-utilities", "Remote Utilities", "rmanservice", "remote utilities", (), ("rutserv",)),
    Tool(
        "rustdesk",
        "RustDesk",
        "rustdesk",
        "rustdesk",
        ("/usr/bin/rustdesk", "/usr/share/rustdesk/rustdesk", "/usr/lib/rustdesk/rustdesk"),
        ("rustdesk",),
    ),
    Tool(
        "screenconnect",
        "ScreenConnect",
        "screenconnect client.*|connectwise.*control.*",
        "screenconnect|connectwise control",
        (),
        ("screenconnect.clientservice", "screenconnect.windowsclient"),
    ),
    Tool(
        "splashtop",
        "Splashtop",
        "splashtopremoteservice|ssuservice",
        "splashtop",
        ("/opt/splashtop-streamer/srstreamer",),
        ("srservice", "srstreamer"),
    ),
    Tool(
        "sunlogin",
        "SunLogin",
        "sunlogin.*|oray.*",
        "sunlogin|oray sunlogin",
        ("/usr/local/sunlogin/bin/sunloginclient",),
        ("sunloginclient",),
    ),
    Tool("supremo", "Supremo", "supremo.*", "supremo", (), ("supremo", "supremoservice")),
    Tool(
        "teamviewer",
        "TeamViewer",
        "teamviewer.*",
        "teamviewer",
        ("/opt/teamviewer/tv_bin/teamviewerd", "/usr/bin/teamviewer"),
        ("teamviewer", "teamviewer_service", "teamviewerd"),
    ),
    Tool("todesk", "ToDesk", "todesk.*", "todesk", ("/opt/todesk/bin/ToDesk_Service",), ("todesk", "todesk_service")),
    Tool(
        "ultraviewer",
        "UltraViewer",
        "ultraview.*",
        "ultraviewer",
        (),
        ("ultraviewer_desktop", "ultraviewer_service"),
    ),
    Tool(
        "vnc",
        "VNC",
        "winvnc.*|vncserver.*|tvnserver|uvnc_service|vncserver_x11|realvnc.*",
        r"tightvnc|ultravnc|ultravnc2_is1|realvnc|vnc server|tigervnc",
        (
            "/usr/bin/x11vnc",
            "/usr/bin/Xvnc",
            "/usr/bin/Xtigervnc",
            "/usr/bin/Xtightvnc",
            "/usr/bin/vncserver-x11",
            "/usr/bin/vncserver",
            "/usr/lib/vino/vino-server",
            "/usr/libexec/vino-server",
            "/usr/bin/wayvnc",
        ),
        ("winvnc", "winvnc4", "tvnserver", "vncserver", "x11vnc", "xvnc", "xtigervnc", "xtightvnc"),
    ),
    Tool("xrdp", "xrdp", "", "", ("/usr/sbin/xrdp",), ("xrdp",)),
    Tool(
        "zoho-assist",
        "Zoho Assist",
        "zoho ?assist.*|zohomeeting.*",
        "zoho ?assist",
        ("/usr/local/ZohoAssist/za_connect",),
        ("za_connect", "zohours"),
    ),
)
