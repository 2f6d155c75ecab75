"""Why an agent could not tell, in words for people."""

from collections.abc import Mapping
from typing import Final

from tuanthu_policy.text import Text

CAUSES: Final[Mapping[str, Text]] = {
    "clamd-answer": Text("clamd không trả lời đúng", "clamd answers wrongly"),
    "clamd-config": Text("không đọc được cấu hình clamd", "the settings of clamd could not be read"),
    "clamd-not-listening": Text("clamd chạy nhưng không nhận kết nối", "clamd runs but does not listen"),
    "clamd-permission-denied": Text("không đủ quyền hỏi clamd", "not permitted to ask clamd"),
    "clamd-timeout": Text("clamd không trả lời kịp", "clamd did not answer in time"),
    "clamd-unreadable": Text("không kết nối được với clamd", "clamd cannot be reached"),
    "clamd-untrusted-peer": Text("thứ trả lời thay clamd không phải dịch vụ", "what answers for clamd is no service"),
    "command-failed": Text("lệnh kiểm tra bị lỗi", "a command failed"),
    "command-not-allowed": Text("lệnh không được phép chạy", "a command is not allowed"),
    "command-not-found": Text("thiếu lệnh để kiểm tra", "a command is missing"),
    "command-output-too-long": Text("lệnh trả về quá nhiều dữ liệu", "a command answered too much"),
    "command-timeout": Text("lệnh kiểm tra quá thời gian chờ", "a command took too long"),
    "connection-refused": Text("kết nối bị từ chối", "connection refused"),
    "crashed": Text("bị dừng đột ngột", "ended abruptly"),
    "database-empty": Text("thư mục mẫu nhận diện trống", "no signature files"),
    "database-header": Text("không đọc được phần đầu của tệp mẫu nhận diện", "unreadable signature file"),
    "database-not-loaded": Text("mẫu nhận diện trên đĩa chưa được nạp", "the signatures on disk are not loaded"),
    "database-not-found": Text("không có thư mục mẫu nhận diện", "no folder of signatures"),
    "database-permission-denied": Text("không đủ quyền đọc mẫu nhận diện", "not permitted to read the signatures"),
    "database-unknown": Text("không rõ đang dùng mẫu nhận diện nào", "unknown which signatures are in use"),
    "deadline": Text("quá thời hạn", "it took too long"),
    "dns-name-invalid": Text("tên miền cần thử không hợp lệ", "the name to resolve is not valid"),
    "dns-not-sent": Text("không mở được kết nối DNS", "no connection for DNS"),
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
    "no-antivirus": Text("máy không có phần mềm diệt vi rút", "there is no antimalware on the machine"),
    "no-commands": Text("không chạy được lệnh trên máy này", "no commands on this machine"),
    "no-default-route": Text("không có tuyến mặc định", "no default route"),
    "no-dns-servers": Text("không có máy chủ DNS", "no DNS servers"),
    "not-available": Text("hệ điều hành không cho biết", "the system does not tell"),
    "not-found": Text("không tìm thấy", "not found"),
    "not-started": Text("bộ thu thập không khởi động được", "the collector did not start"),
    "nothing-readable": Text("không đọc được nguồn nào", "no source could be read"),
    "permission-denied": Text("không đủ quyền đọc", "permission denied"),
    "probes-passive": Text("đang ở chế độ không gửi gói tin", "probes are passive"),
    "processes-hidden": Text("không thấy tiến trình của người dùng khác", "other users' processes are hidden"),
    "product-answer": Text("không hiểu câu trả lời của phần mềm", "the product's answer was not understood"),
    "remains": Text("còn dấu vết của phần mềm đã gỡ hoặc hỏng", "traces of a removed or broken product"),
    "state-unknown": Text("không rõ mã độc đã được xử lý chưa", "whether the malware was dealt with is not known"),
    "timeout": Text("quá thời gian chờ", "timed out"),
    "too-large": Text("dữ liệu quá lớn", "too much data"),
    "too-many": Text("vượt số lượng cho phép", "too many"),
    "unplaced-process": Text("không rõ tiến trình thuộc sản phẩm nào", "a process of an unknown product"),
    "unreadable": Text("không đọc được", "unreadable"),
    "untrusted-peer": Text("tiến trình trả lời không đáng tin", "the process that answers is not trusted"),
}
"""What agents give as the cause of not knowing; others are shown as they are."""
