"""The layer schemas: complete, documented, and consistent with each other."""

import pandas as pd
import pytest

from infragap.gis import schema
from infragap.gis.checking.columns import typed
from tests import pack_factory


def test_every_layer_has_geometry_and_an_id_of_its_own_columns() -> None:
    assert set(schema.GEOMETRY) == set(schema.LAYERS)
    for layer, column in schema.ID_COLUMN.items():
        columns = schema.LAYERS[layer].to_schema().columns
        assert columns[column].unique, layer
        assert not columns[column].nullable


@pytest.mark.parametrize("layer", schema.LAYERS)
def test_every_column_says_unit_and_meaning(layer: str) -> None:
    described = schema.describe(schema.LAYERS[layer])
    assert (described["unit"].str.len() > 0).all()
    assert (described["meaning"].str.len() > 3).all()
    assert {"provenance", "source"} <= set(described["column"])


@pytest.mark.parametrize("layer", schema.LAYERS)
def test_units_stand_in_the_names(layer: str) -> None:
    suffixes = {
        "km": "_km",
        "m": "_m",
        "ha": "_ha",
        "km²": "_km2",
        "kV": "_kv",
        "MVA": "_mva",
        "MW": "_mw",
        "%": "_pct",
        "m³/day": "_m3_day",
        "million VND": "_mvnd",
    }
    described = schema.describe(schema.LAYERS[layer])
    for row in described.itertuples():
        if row.unit in suffixes:
            assert str(row.column).endswith(suffixes[str(row.unit)]), row.column


def test_a_column_that_may_be_left_out_is_checked_where_it_is_there() -> None:
    frame = pd.DataFrame(pack_factory.settlements().drop(columns="geometry"))
    assert "spread_m" not in frame
    assert typed(frame, layer="settlements")[1] == []
    found, faults = typed(frame.assign(spread_m=["150", "", "90", "80", "70", "60"]), layer="settlements")
    assert faults == []
    assert found["spread_m"].isna().tolist() == [False, True, False, False, False, False]
    _, faults = typed(frame.assign(spread_m=[150, -3, 90, 80, 70, 60]), layer="settlements")
    assert len(faults) == 1
    assert "S02" in str(faults[0])
    assert "spread_m" in str(faults[0])


@pytest.mark.parametrize("layer", schema.LAYERS)
def test_only_these_dtypes(layer: str) -> None:
    # what gis.checking.columns turns cells into
    assert set(schema.describe(schema.LAYERS[layer])["dtype"]) <= {"str", "int64", "float64", "bool"}


@pytest.mark.parametrize("layer", schema.LAYERS)
def test_factory_rows_are_valid_and_pandera_agrees(layer: str) -> None:
    built = pack_factory.BUILDERS[layer]()
    assert isinstance(built, pd.DataFrame)
    frame = pd.DataFrame(built.drop(columns="geometry", errors="ignore"))
    found, faults = typed(frame, layer=layer)
    assert faults == []
    schema.LAYERS[layer].validate(found, lazy=True)


def test_typing_leaves_the_input_and_foreign_columns_alone() -> None:
    frame = (
        pd.DataFrame(pack_factory.settlements().drop(columns="geometry"))
        .astype(object)
        .assign(note=["1", 2, None, "x", 3.5, True])
    )
    before = frame.copy(deep=True)
    found, faults = typed(frame, layer="settlements")
    assert faults == []
    pd.testing.assert_frame_equal(frame, before)
    assert list(found["note"]) == list(before["note"])
    assert found["households"].dtype == "int64"
    assert list(found.index) == list(frame.index)
