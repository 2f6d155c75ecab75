"""What can speak for a device family: the subjects of a fingerprint."""

from typing import Final

from tuanthu_policy.devices.subjects import is_subject

SUBJECTS: Final[dict[str, str]] = {
    "mac.vendor": "nhà sản xuất theo địa chỉ MAC",
    "http.favicon.md5": "MD5 của /favicon.ico",
    "http.catch_all": "true khi đường dẫn ngẫu nhiên cũng trả 200 như trang đầu",
    "tls.subject": "chủ thể của chứng thư",
    "tls.issuer": "nơi cấp chứng thư",
    "tls.version": "phiên bản TLS",
    "ssh.banner": "dòng chào SSH",
    "telnet.banner": "lời chào Telnet",
    "ftp.banner": "lời chào FTP",
    "rtsp.server": "trường Server của RTSP",
    "rtsp.realm": "realm của RTSP",
    "rtsp.status": "mã trả lời của RTSP",
    "onvif.path": "đường dẫn của dịch vụ ONVIF",
    "onvif.scopes": "scopes của WS-Discovery",
    "onvif.manufacturer": "nhà sản xuất theo ONVIF",
    "onvif.model": "kiểu máy theo ONVIF",
    "snmp.sysdescr": "sysDescr của SNMP",
    "snmp.sysobjectid": "sysObjectID của SNMP",
    "snmp.enterprise": "số hiệu doanh nghiệp của SNMP",
    "upnp.manufacturer": "nhà sản xuất theo UPnP",
    "upnp.model": "kiểu máy theo UPnP",
    "upnp.friendly": "tên hiển thị theo UPnP",
    "mdns.name": "tên mDNS",
    "mdns.services": "dịch vụ mDNS",
    "routeros.banner": "RouterOS (dịch vụ API trả lời)",
    "mqtt.banner": "máy chủ MQTT trả lời",
    "ports": "các cổng TCP đang mở",
}
"""Beside these there are the subjects of an answer with `http.` before them, for the start page."""


def is_evidence(where: str) -> bool:
    """Whether evidence can have such a subject."""
    return where in SUBJECTS or (where.startswith("http.") and is_subject(where.removeprefix("http.")))
