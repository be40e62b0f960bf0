"""Workbooks for people: lists as a spreadsheet, with headings, formulas and a page layout."""
