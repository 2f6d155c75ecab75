"""Why an agent could not tell, in words for people."""

from collections.abc import Mapping
from typing import Final

from tuanthu_policy.text import Text

CAUSES: Final[Mapping[str, Text]] = {
    "access-lines-unreadable": Text(
        "không đọc được danh sách kiểu modem", "the list of modem models could not be read"
    ),
    "access-undecided": Text(
        "bằng chứng chưa đủ để biết loại đường truyền", "the evidence does not tell the sort of line"
    ),
    "apt-output": Text("không hiểu hết danh sách mà apt in ra", "the list that apt prints is not understood"),
    "audit-stopped": Text("việc kiểm tra bị dừng giữa chừng", "the audit was stopped"),
    "automatic-unset": Text("chưa đặt cách cài bản vá", "how updates are installed is not set"),
    "bridge-unclear": Text("không rõ cầu nối ghép những giao diện nào", "unclear what a bridge joins"),
    "broken": Text("lượt kiểm tra thiết bị bị lỗi", "the check of a device broke"),
    "clamd-answer": Text("clamd không trả lời đúng", "clamd answers wrongly"),
    "clamd-config": Text("không đọc được cấu hình clamd", "the settings of clamd could not be read"),
    "clamd-not-listening": Text("clamd chạy nhưng không nhận kết nối", "clamd runs but does not listen"),
    "clamd-permission-denied": Text("không đủ quyền hỏi clamd", "not permitted to ask clamd"),
    "clamd-timeout": Text("clamd không trả lời kịp", "clamd did not answer in time"),
    "clamd-unreadable": Text("không kết nối được với clamd", "clamd cannot be reached"),
    "clamd-untrusted-peer": Text("thứ trả lời thay clamd không phải dịch vụ", "what answers for clamd is no service"),
    "class-missing": Text("Windows không có lớp WMI cần hỏi", "Windows lacks the WMI class"),
    "command-failed": Text("lệnh kiểm tra bị lỗi", "a command failed"),
    "command-not-allowed": Text("lệnh không được phép chạy", "a command is not allowed"),
    "command-not-found": Text("thiếu lệnh để kiểm tra", "a command is missing"),
    "command-output-too-long": Text("lệnh trả về quá nhiều dữ liệu", "a command answered too much"),
    "command-timeout": Text("lệnh kiểm tra quá thời gian chờ", "a command took too long"),
    "connection-refused": Text("kết nối bị từ chối", "connection refused"),
    "crashed": Text("bị dừng đột ngột", "ended abruptly"),
    "database-empty": Text("thư mục mẫu nhận diện trống", "no signature files"),
    "database-header": Text("không đọc được phần đầu của tệp mẫu nhận diện", "unreadable signature file"),
    "database-not-found": Text("không có thư mục mẫu nhận diện", "no folder of signatures"),
    "database-not-loaded": Text("mẫu nhận diện trên đĩa chưa được nạp", "the signatures on disk are not loaded"),
    "database-permission-denied": Text("không đủ quyền đọc mẫu nhận diện", "not permitted to read the signatures"),
    "database-unknown": Text("không rõ đang dùng mẫu nhận diện nào", "unknown which signatures are in use"),
    "deadline": Text("quá thời hạn", "it took too long"),
    "defender-status": Text(
        "Microsoft Defender không cho biết trạng thái", "Microsoft Defender does not tell its state"
    ),
    "dnf-output": Text("không hiểu hết danh sách mà dnf in ra", "the list that dnf prints is not understood"),
    "dns-name-invalid": Text("tên miền cần thử không hợp lệ", "the name to resolve is not valid"),
    "dns-not-sent": Text("không mở được kết nối DNS", "no connection for DNS"),
    "domain-controller": Text("máy chủ miền không có tài khoản cục bộ", "a domain controller has no local accounts"),
    "firewall-unclear": Text("không đủ dữ kiện để kết luận về tường lửa", "too little is known of the firewall"),
    "first-hop-unknown": Text("chưa đo được chặng đầu của đường truyền", "the first hop could not be measured"),
    "gateway-ipv6-only": Text("cổng mặc định chỉ có IPv6", "the default gateway has IPv6 only"),
    "history-empty": Text("nhật ký phát hiện chưa từng được ghi", "nothing was ever written to the log of detections"),
    "history-ended": Text(
        "sản phẩm không chạy nên không phát hiện được gì", "the product does not run and finds nothing"
    ),
    "history-not-kept": Text("sản phẩm không lưu lịch sử phát hiện", "the product keeps no history on the machine"),
    "history-stopped": Text("nhật ký phát hiện đã đầy và ngừng ghi", "the log of detections is full and has stopped"),
    "history-undated": Text("nhật ký phát hiện không ghi thời gian", "the log of detections has no times"),
    "history-unreadable": Text("không đọc được lịch sử phát hiện", "the history of detections could not be read"),
    "icmp-failed": Text("gửi ICMP không thành công", "sending ICMP failed"),
    "icmp-not-permitted": Text("không được phép gửi ICMP", "ICMP is not permitted"),
    "interfaces-unreadable": Text(
        "không đọc được các cổng mạng của máy quét", "the scanning machine's interfaces could not be read"
    ),
    "inventory-unclear": Text(
        "chưa đủ dữ liệu để biết kiểm kê thiếu gì", "not enough was read to tell what the inventory lacks"
    ),
    "kind-unknown": Text("không rõ giao diện thuộc loại nào", "an interface of unknown kind"),
    "line-not-watched": Text("đường truyền chưa được theo dõi", "the line is not watched"),
    "line-watched-too-short": Text(
        "đường truyền mới được theo dõi dưới một ngày", "the line has been watched for less than a day"
    ),
    "lists-missing": Text("chưa tải danh mục gói", "no package lists have been fetched"),
    "login-unsettled": Text("còn dịch vụ chưa kết luận được về đăng nhập", "the login of a service is not settled"),
    "namespace-missing": Text("Windows không có không gian tên WMI cần hỏi", "Windows lacks the WMI namespace"),
    "neighbours-unconfirmed": Text(
        "không xác nhận được địa chỉ phần cứng của máy bên cạnh",
        "hardware addresses of neighbours could not be confirmed",
    ),
    "neighbours-unreadable": Text("không đọc được bảng máy bên cạnh", "the table of neighbours could not be read"),
    "nft-output": Text("không đọc được danh sách quy tắc của nft", "the rules that nft lists cannot be read"),
    "no-address": Text("giao diện không có địa chỉ để so sánh", "the interface has no address to judge by"),
    "no-antivirus": Text("máy không có phần mềm diệt vi rút", "there is no antimalware on the machine"),
    "no-commands": Text("không chạy được lệnh trên máy này", "no commands on this machine"),
    "no-default-route": Text("không có tuyến mặc định", "no default route"),
    "no-dns-servers": Text("không có máy chủ DNS", "no DNS servers"),
    "no-security-source": Text("chưa có nguồn bản vá bảo mật", "no source of security updates"),
    "no-update-recorded": Text("nhật ký không ghi lần cài bản vá nào", "the logs record no installation of updates"),
    "nobody-logged-on": Text(
        "không ai đang đăng nhập nên không thấy thiết lập của người dùng",
        "nobody is logged on, users' settings are not seen",
    ),
    "not-audited": Text("số thiết bị chưa kịp kiểm tra", "devices that were not reached"),
    "not-available": Text("hệ điều hành không cho biết", "the system does not tell"),
    "not-enforced": Text(
        "chưa có thiết lập chung bắt buộc, người dùng tự đặt", "no setting is enforced, users choose their own"
    ),
    "not-exposed": Text("Windows không cho đọc thiết lập này", "Windows does not show this setting"),
    "not-found": Text("không tìm thấy", "not found"),
    "not-looked": Text("lần quét không xem phần này", "the scan did not look at this"),
    "not-started": Text("bộ thu thập không khởi động được", "the collector did not start"),
    "nothing-readable": Text("không đọc được nguồn nào", "no source could be read"),
    "out-of-scope": Text("địa chỉ ngoài phạm vi được phép", "addresses outside the authorised scope"),
    "package-manager-unsupported": Text("trình quản lý gói chưa được hỗ trợ", "the package manager is not supported"),
    "pam-unclear": Text("cấu hình PAM không hiểu được", "the PAM settings are not understood"),
    "permission-denied": Text("không đủ quyền đọc", "permission denied"),
    "probes-passive": Text("đang ở chế độ không gửi gói tin", "probes are passive"),
    "processes-hidden": Text("không thấy tiến trình của người dùng khác", "other users' processes are hidden"),
    "product-answer": Text("không hiểu câu trả lời của phần mềm", "the product's answer was not understood"),
    "profile-unset": Text("hồ sơ tường lửa thiếu thiết lập", "a firewall profile lacks its setting"),
    "proxy-arp": Text("một thiết bị trả lời thay cho nhiều địa chỉ", "one device answers for several addresses"),
    "proxy-http": Text("qua proxy chỉ thử được dịch vụ https", "through a proxy only https is tried"),
    "proxy-invalid": Text("địa chỉ proxy không hợp lệ", "the proxy's address is not valid"),
    "registry-unreadable": Text("không đọc được sổ đăng ký Windows", "the Windows registry could not be read"),
    "release-unknown": Text("không rõ bản phát hành trong bảng vòng đời", "the release is not in the lifecycle table"),
    "remains": Text("còn dấu vết của phần mềm đã gỡ hoặc hỏng", "traces of a removed or broken product"),
    "route-unclear": Text("không rõ tuyến mặc định đi qua loại kết nối nào", "unclear what a default route runs over"),
    "ruleset-unclear": Text("quy tắc tường lửa không đủ rõ", "the firewall's rules are not clear"),
    "samba-unclear": Text("cấu hình Samba không hiểu được", "the settings of Samba are not understood"),
    "scan-cut-short": Text("lần quét phải dừng giữa chừng", "the scan was cut short"),
    "scope-closed": Text("giấy phép hoặc khung giờ đã hết", "the scope or its window ended"),
    "security-center": Text("Trung tâm bảo mật Windows không trả lời", "Windows Security Center does not answer"),
    "security-unclear": Text("không tách được bản vá bảo mật", "security updates cannot be told apart"),
    "service-invalid": Text("dịch vụ thêm trong thiết lập không hợp lệ", "a service of the settings is not valid"),
    "services-unreadable": Text("không đọc được danh sách dịch vụ Windows", "the Windows services could not be listed"),
    "snmp-endless": Text("cổng mạng trả lời SNMP mãi không hết", "the gateway's SNMP answers have no end"),
    "snmp-malformed": Text("cổng mạng trả lời SNMP sai", "the gateway answers SNMP wrongly"),
    "snmp-silent": Text("cổng mạng không trả lời SNMP", "the gateway does not answer SNMP"),
    "snmp-unavailable": Text("máy không có thư viện để hỏi SNMP", "the library that asks by SNMP is not there"),
    "sshd-default": Text("sshd không cho biết giá trị mặc định", "sshd does not tell its default"),
    "sshd-unclear": Text("cấu hình sshd không hiểu được", "the settings of sshd are not understood"),
    "state-unknown": Text("không rõ giao diện có đang nối hay không", "unknown whether an interface is up"),
    "sudoers-unclear": Text("cấu hình sudo không hiểu được", "the sudo settings are not understood"),
    "sweep-not-sent": Text("số địa chỉ chưa hỏi được", "addresses that could not be asked"),
    "table-unclear": Text(
        "bảng tài khoản có dòng không hiểu được", "a table of accounts has a line that is not understood"
    ),
    "third-party-firewall": Text("tường lửa của hãng khác không cho biết", "another maker's firewall does not tell"),
    "time-source-unknown": Text(
        "Windows không cho biết đồng hồ có nguồn giờ hay không", "Windows does not tell whether the clock has a source"
    ),
    "timeout": Text("quá thời gian chờ", "timed out"),
    "timezone-unknown": Text("không rõ múi giờ này tương ứng với vùng nào", "a time zone of no known place"),
    "too-large": Text("dữ liệu quá lớn", "too much data"),
    "too-many": Text("vượt số lượng cho phép", "too many"),
    "transfer-incomplete": Text("lần đo tốc độ chưa trọn", "the last measurement of the rate is incomplete"),
    "transfer-none": Text("chưa đo tốc độ lần nào", "the rate has not been measured"),
    "transfer-old": Text("lần đo tốc độ gần nhất đã quá cũ", "the last measurement of the rate is too old"),
    "unplaced-process": Text("không rõ tiến trình thuộc sản phẩm nào", "a process of an unknown product"),
    "unreadable": Text("không đọc được", "unreadable"),
    "untrusted-peer": Text("tiến trình trả lời không đáng tin", "the process that answers is not trusted"),
    "update-agent-failed": Text("dịch vụ cập nhật Windows không trả lời", "the Windows Update agent does not answer"),
    "upnp-malformed": Text("cổng mạng trả lời UPnP sai", "the gateway answers UPnP wrongly"),
    "upnp-no-answer": Text("cổng mạng không cho đọc mô tả UPnP", "the gateway does not give its UPnP description"),
    "upnp-silent": Text("cổng mạng không trả lời UPnP", "the gateway does not answer UPnP"),
    "vendor-status": Text(
        "sản phẩm không cho biết trạng thái qua WMI", "the product does not tell its state through WMI"
    ),
    "web-no-answer": Text("cổng mạng không có trang web", "the gateway has no web page"),
    "window-closed": Text("khung giờ quét đã hết", "the scan's window closed"),
    "windows-version": Text("không rõ phiên bản Windows", "unknown version of Windows"),
    "wmi-failed": Text("WMI bị lỗi", "WMI failed"),
}
"""What agents give as the cause of not knowing; others are shown as they are."""
