"""Judgement: policies in force, results, findings, counters, and the standing of units at any moment."""
