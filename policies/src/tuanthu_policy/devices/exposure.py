"""Findings that need no login: what stands open on a device."""

from typing import Final

from tuanthu_policy.text import Text

EXPOSURES: Final[dict[str, Text]] = {
    "ftp-anonymous": Text("FTP cho vào không cần mật khẩu", "FTP lets anybody in"),
    "ftp-open": Text("FTP đang mở, mật khẩu truyền không mã hóa", "FTP is open; passwords travel in clear"),
    "http-without-tls": Text("trang quản trị không mã hóa (HTTP)", "the management page is not encrypted (HTTP)"),
    "mqtt-anonymous": Text("MQTT nhận kết nối không cần tài khoản", "MQTT accepts connections without an account"),
    "mqtt-without-tls": Text("MQTT không mã hóa", "MQTT is not encrypted"),
    "obsolete-ssh": Text("SSH dùng thuật toán đã lỗi thời", "SSH uses obsolete algorithms"),
    "obsolete-tls": Text("TLS cũ hơn 1.2", "TLS older than 1.2"),
    "onvif-without-authentication": Text("ONVIF trả lời không cần tài khoản", "ONVIF answers without an account"),
    "routeros-without-tls": Text("API RouterOS không mã hóa", "the RouterOS API is not encrypted"),
    "rtsp-without-authentication": Text("xem hình RTSP không cần tài khoản", "RTSP shows video without an account"),
    "snmp-answering": Text("SNMP đang trả lời", "SNMP is answering"),
    "snmp-clear-text": Text("SNMP v1/v2c, chuỗi cộng đồng không mã hóa", "SNMP v1/v2c; communities travel in clear"),
    "snmp-v3-only": Text(
        "SNMP chỉ trả lời v3, không trả lời chuỗi cộng đồng v1/v2c nào đã thử",
        "SNMP answers version 3 only; no answer to any v1/v2c community that was tried",
    ),
    "telnet-open": Text("Telnet đang mở, mật khẩu truyền không mã hóa", "Telnet is open; passwords travel in clear"),
    "upnp-igd": Text(
        "UPnP cho phép tự mở cổng ra Internet (IGD)", "UPnP lets programs open ports to the Internet (IGD)"
    ),
    "upnp-on": Text("UPnP đang bật", "UPnP is on"),
}
"""Code → what it means."""
