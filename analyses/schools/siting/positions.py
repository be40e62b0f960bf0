"""Where a village may really lie: drawn places within its accuracy, in its commune, on ground that is walked on."""

from __future__ import annotations

import numpy as np
import shapely

from infragap.analyses.arrays import IntArray
from infragap.analyses.schools.study import Study
from infragap.analyses.schools.travel.open_ground import ground_cell

POSITIONS = 4
"""Drawn places a village; each draw of the uncertainty takes one of them or the mapped place (choice: time against
detail)."""

_TRIES = 24


def drawn_cells(study: Study, village: IntArray) -> IntArray:
    """Cells of the mapped place and of drawn places of each village.

    A drawn place lies within the radius that holds the true position (evenly over its area) and within the village's
    commune; where none of the tries does, the mapped place stands for it.

    Returns
    -------
    ndarray
        (1 + POSITIONS, villages) cells, the first row the mapped places.
    """
    rows = study.villages.iloc[village]
    shapes = study.communes.set_index("commune_code").geometry.loc[rows["commune_code"]]
    x, y = rows.geometry.x.to_numpy(), rows.geometry.y.to_numpy()
    radius_m = rows["position_accuracy_m"].to_numpy(float)
    home = np.asarray(shapes.array, dtype=object)
    result = [study.village_cell[village]]
    for position in range(POSITIONS):
        drawn_x, drawn_y, found = x.copy(), y.copy(), np.zeros(len(rows), bool)
        # a stream of its own for each village, so that no village's draw hangs on another's
        unit = np.stack(
            [
                np.random.default_rng([study.parameters.draw_seed, position, *_digits(name)]).random((_TRIES, 2))
                for name in rows["village_id"]
            ]
        )
        for attempt in range(_TRIES):
            distance = radius_m * np.sqrt(unit[:, attempt, 0])
            angle = 2 * np.pi * unit[:, attempt, 1]
            try_x, try_y = x + distance * np.cos(angle), y + distance * np.sin(angle)
            good = ~found & shapely.intersects_xy(home, try_x, try_y)
            drawn_x[good], drawn_y[good], found[good] = try_x[good], try_y[good], True
        cell = ground_cell(study.travel.ground, drawn_x, drawn_y)
        result.append(np.where(cell >= 0, cell, study.village_cell[village]))
    return np.stack(result)


def _digits(name: str) -> list[int]:
    """Bytes of a name as numbers for a seed."""
    return list(name.encode())
