"""The probe for machines that cannot run current Python (Windows 7): Python 3.8 and the standard library only.

It observes with the same collectors, keeps reports in the same spool and delivers them in the same envelope.
"""
