"""Which sets of sites may be opened: p sites, some fixed, exactly one in each group."""

from typing import NamedTuple

import numpy as np

from infragap.analyses.arrays import IntArray
from infragap.analyses.solvers.infeasible import Infeasible

FIXED, FREE, CLOSED = 0, 1, -1


class SiteChoice(NamedTuple):
    """Blocks of sites and how many to open in each (a partition matroid).

    A named tuple, because compiled code takes it whole.

    Parameters
    ----------
    block
        (sites,) block of each site; -1 = must stay closed. Block 0 holds the sites that must open, block 1 the
        sites in no group, each further block one group.
    need
        (blocks,) how many sites of the block open.
    """

    block: IntArray
    need: IntArray

    @property
    def p(self) -> int:
        """Number of open sites."""
        return int(self.need.sum())

    def with_site(self, site: int, *, is_open: bool) -> "SiteChoice":
        """Return the choice left once this site is decided."""
        block, need = self.block.copy(), self.need.copy()
        if is_open:
            need[block[site]] -= 1
            need[FIXED] += 1
            block[site] = FIXED
        else:
            block[site] = CLOSED
        return SiteChoice(block, need)

    def is_possible(self) -> bool:
        """Say whether every block still has as many sites as it needs."""
        size = np.bincount(self.block[self.block >= 0], minlength=len(self.need))
        return bool((size >= self.need).all() and (self.need >= 0).all())


def site_choice(
    n_sites: int,
    p: int | None,
    *,
    fixed: IntArray,
    group: IntArray | None,
    at_most: bool = False,
) -> SiteChoice:
    """Turn `p`, `fixed` and `group` into blocks.

    Parameters
    ----------
    n_sites
        Number of sites.
    p
        Number of sites to open; None leaves the sites in no group free in number (need = all of them).
    fixed
        Sites that must open.
    group
        (sites,) group of each site, negative = in no group; exactly one site opens per group.
    at_most
        Fewer sites than p may open, so that a p above what can be open is no contradiction.

    Raises
    ------
    Infeasible
        Two fixed sites share a group, or p is too small or too large for the groups and fixed sites.
    """
    label = np.full(n_sites, -1, dtype=np.int64) if group is None else np.where(group < 0, -1, group)
    names, compact = np.unique(label[label >= 0], return_inverse=True)
    block = np.full(n_sites, FREE, dtype=np.int64)
    block[label >= 0] = compact + 2
    need = np.ones(len(names) + 2, dtype=np.int64)
    need[FIXED] = len(fixed)
    _one_fixed_site_per_group(fixed, label)
    for site in fixed:
        if block[site] > FREE:
            need[block[site]] = 0
            block[block == block[site]] = CLOSED
    block[fixed] = FIXED
    need[FREE] = n_free = int((block == FREE).sum())
    least = int(need[FIXED] + need[2:].sum())
    if p is not None:
        if p < least:
            raise Infeasible(
                f"p = {p} is less than the {len(fixed)} fixed sites and the groups together ask for.",
                indices=tuple(int(site) for site in fixed),
                relaxation=f"p = {least} suffices for them.",
            )
        if p > least + n_free and not at_most:
            raise Infeasible(
                f"p = {p}, but only {least + n_free} sites can be open at once ({n_sites} sites, one per group).",
                relaxation=f"p = {least + n_free} is possible.",
            )
        need[FREE] = min(p - least, n_free)
    return SiteChoice(block, need)


def _one_fixed_site_per_group(fixed: IntArray, label: IntArray) -> None:
    grouped = fixed[label[fixed] >= 0]
    names, count = np.unique(label[grouped], return_counts=True)
    if (count > 1).any():
        clash = grouped[np.isin(label[grouped], names[count > 1])]
        raise Infeasible(
            f"Fixed sites {', '.join(map(str, clash))} share a group, and a group opens exactly one site.",
            indices=tuple(int(site) for site in np.sort(clash)),
            relaxation="Keep one fixed site per group.",
        )
