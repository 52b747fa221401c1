"""What Pfirrmann et al. 2001 describe, as a function of a disc's hidden degeneration.

| grade | nucleus                                | nucleus and annulus | signal against CSF       | height             |
|-------|----------------------------------------|---------------------|--------------------------|--------------------|
| 1     | homogeneous, bright white              | clear               | isointense               | normal             |
| 2     | inhomogeneous, with horizontal bands   | clear               | isointense               | normal             |
| 3     | inhomogeneous, grey                    | unclear             | intermediate             | slightly decreased |
| 4     | inhomogeneous, grey to black           | lost                | intermediate to dark     | moderately         |
| 5     | inhomogeneous, black                   | lost                | dark                     | collapsed          |
"""

from dataclasses import dataclass

import numpy as np

GRADES = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 5.5)
NUCLEUS = (0.95, 0.88, 0.66, 0.37, 0.185, 0.085, 0.06)
BORDER = (0.10, 0.11, 0.16, 0.34, 0.60, 0.80, 0.80)
CLEFT = (0.0, 0.04, 0.50, 0.45, 0.15, 0.0, 0.0)
MOTTLE = (0.03, 0.04, 0.14, 0.24, 0.30, 0.30, 0.30)
HEIGHT = (1.03, 1.02, 1.0, 0.93, 0.76, 0.42, 0.32)
BULGE = (0.2, 0.3, 0.6, 1.4, 3.0, 4.0, 4.2)
ROUGHNESS = (0.0, 0.0, 0.02, 0.08, 0.22, 0.40, 0.45)


@dataclass(frozen=True)
class Signs:
    """The visible signs of degeneration of one disc.

    Attributes:
        nucleus: Signal of the nucleus, CSF being 1.
        border: Softness of the border between nucleus and annulus, share of the nucleus' radius.
        cleft: Depth of the dark horizontal cleft, share of the nucleus' signal.
        mottle: Inhomogeneity of the nucleus, share of its signal.
        height: Height relative to the healthy disc.
        bulge: How far the annulus reaches beyond the vertebrae, mm.
        roughness: Irregularity of the endplates, mm.
        node: Depth of a Schmorl node, mm; mostly 0.
        marrow: Signal change of the marrow beside the endplates (Modic), CSF being 1; mostly 0.
        fissure: Signal of a fissure in the outer annulus (high-intensity zone), CSF being 1; mostly 0.
    """

    nucleus: float
    border: float
    cleft: float
    mottle: float
    height: float
    bulge: float
    roughness: float
    node: float
    marrow: float
    fissure: float


def signs_of(degeneration: float, rng: np.random.Generator, contradictory: bool = False) -> Signs:
    """Return the signs of a disc; discs of one degeneration differ a little.

    Args:
        degeneration: In grade units.
        rng: Draws what differs between discs of one degeneration.
        contradictory: Whether the disc has collapsed although its nucleus is still bright.
    """
    nuclear = degeneration - 2 if contradictory else degeneration
    structural = max(degeneration, 4.8) if contradictory else degeneration
    vary = 1 + np.array([0.06, 0.1, 0.2, 0.2, 0.04, 0.3, 0.3]) * np.clip(rng.standard_normal(7), -2, 2)
    worn = 0.12 if 2.5 < structural < 4.5 else 0
    changed = rng.random(4) < np.clip([0.06, 0.18 * (structural - 3), worn, worn], 0, 1)
    return Signs(
        nucleus=_at(nuclear, NUCLEUS) * vary[0],
        border=_at(nuclear, BORDER) * vary[1],
        cleft=_at(nuclear, CLEFT) * vary[2],
        mottle=_at(nuclear, MOTTLE) * vary[3],
        height=_at(structural, HEIGHT) * vary[4],
        bulge=_at(structural, BULGE) * vary[5] * (2 if changed[3] else 1),
        roughness=_at(structural, ROUGHNESS) * vary[6],
        node=float(rng.uniform(1.5, 4)) if changed[0] else 0.0,
        marrow=float(rng.uniform(0.1, 0.25) * rng.choice([1, 1, 1, -1])) if changed[1] else 0.0,
        fissure=float(rng.uniform(0.45, 0.8)) if changed[2] else 0.0,
    )


def _at(degeneration: float, values: tuple[float, ...]) -> float:
    return float(np.interp(degeneration, GRADES, values))
