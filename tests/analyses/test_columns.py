"""Columns of result tables: their words, and texts in several languages."""

import pandas as pd
import pytest

from infragap.analyses.columns import Column, in_one_language, in_order, names, table
from infragap.analyses.electricity import columns

TEXTS = table("t", Column("line_id", "-", "x"), Column("remedy_vi", "-", "x"), Column("remedy_en", "-", "x"))


def test_a_file_in_one_language_leaves_the_other_texts_out() -> None:
    assert names(in_one_language(TEXTS, "vi")) == ["line_id", "remedy_vi"]
    assert names(in_one_language(TEXTS, "en")) == ["line_id", "remedy_en"]
    # an ending alone does not make a translation
    assert names(in_one_language(table("t", Column("open_en", "-", "x")), "vi")) == ["open_en"]


def test_a_table_may_have_its_own_heading_for_a_column() -> None:
    (own,) = [column for column in columns.SCENARIOS if column.name == "cost_mvnd"]
    assert own.heading("vi") == "Chi phí vòng đời"
    assert own.decimals == 0


def test_columns_come_in_their_declared_order() -> None:
    frame = pd.DataFrame({"remedy_en": ["b"], "remedy_vi": ["a"], "line_id": ["1"]})
    assert list(in_order(frame, TEXTS)) == ["line_id", "remedy_vi", "remedy_en"]
    with pytest.raises(KeyError):
        in_order(frame.drop(columns="line_id"), TEXTS)
