"""Answers that error_cases.json does not hold: one table for each platform.

A row is an answer in a situation, with every cause that it may honestly be read as.
"""
