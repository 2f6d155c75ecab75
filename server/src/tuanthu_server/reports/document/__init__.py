"""The words of the Báo cáo tổng hợp: one composition, which the DOCX and the PDF only lay out."""
