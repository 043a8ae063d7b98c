"""The packages that are measured are computed rightly: a plain loop over dicts shows the same."""

import numpy as np

from benchmarks.quant_packages import Bench, tables
from core.signals.packages.plan import planned
from core.signals.packages.shapes import shaped
from core.signals.trees import grown


def test_the_plain_loop_and_the_plan_show_the_same_bar_by_bar() -> None:
    file = shaped(tables(layers=8, width=30))
    plan = planned(file)
    bench = Bench(plan, grown(file.roots, plan))
    for bar in range(20):
        memory = bench.moved() if bar % 3 else bench.everything()
        plain = bench.plainly()
        ours = [memory.cells[plan.cells[package.id]] for package in plan.packages]
        np.testing.assert_allclose(ours, [plain[package.id] for package in plan.packages], rtol=1e-12)
    assert bench.searched() is not None
