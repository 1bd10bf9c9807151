"""Real registry rows as a check of matching: old names and addresses, and homonyms.

The files are arguments and no part of the project: `same.csv` has two registered states of one
number, `homonyms.csv` one name in one municipality under two numbers (CSV in UTF-8, header).
"""
