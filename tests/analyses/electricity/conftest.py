import pytest


@pytest.fixture(scope="session")
def easy() -> dict[str, object]:
    """Settings that keep a plan quick: no draws, no scenarios, roads do not matter."""
    return {"draws": 0, "scenarios": False, "no_road_km": 1000.0}
