"""The contract of Tuanthu: what is observed and delivered, what is asked, and how the one is judged by the other."""

__version__ = "0.1.0"
