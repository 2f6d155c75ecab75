"""Layouts of the page-based documents, and the script that makes the Word template."""
