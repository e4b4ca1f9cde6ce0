"""Writes peers.json: scores, truths, and what betacal 1.1.0, calzone-tool 0.1.0 and statsmodels make of them.

    pip install betacal==1.1.0 calzone-tool==0.1.0 && python peers.py > peers.json

betacal fits by scikit-learn's L-BFGS, which stops a little early; statsmodels solves the same likelihood to machine precision.
"""

import json
from importlib.metadata import version

import numpy as np
import statsmodels.api as sm
from betacal import BetaCalibration
from calzone.metrics import hosmer_lemeshow_test, spiegelhalter_z_test

random = np.random.default_rng(20261125)
cases = {}
for name, draw, truth in (
    ("calibrated", lambda n: random.uniform(0.15, 0.85, n), lambda p: p),
    ("overconfident", lambda n: random.beta(0.9, 0.9, n) * 0.7 + 0.15, lambda p: 0.3 + 0.4 * p),
    ("low", lambda n: random.uniform(0.12, 0.6, n), lambda p: np.minimum(1, 1.4 * p)),
):
    scores = np.round(draw(600), 6)
    assert len(set(scores)) == len(scores)
    truths = (random.uniform(size=600) < truth(scores)).astype(int)
    groups = np.array_split(np.argsort(scores, kind="stable"), 10)
    statistic, p, df = hosmer_lemeshow_test(
        [truths[g].mean() for g in groups], [scores[g].mean() for g in groups], [len(g) for g in groups], df=10)
    z, _ = spiegelhalter_z_test(truths, np.column_stack((1 - scores, scores)))
    beta = BetaCalibration(parameters="abm").fit(scores.reshape(-1, 1), truths)
    solved = sm.Logit(truths, np.column_stack((np.log(scores), -np.log1p(-scores), np.ones(600)))).fit(method="newton", tol=1e-14, maxiter=200, disp=False)
    grid = np.array([0.05, 0.2, 0.4, 0.5, 0.7, 0.95])
    cases[name] = {
        "scores": scores.tolist(), "truths": truths.tolist(),
        "hosmer_lemeshow": {"statistic": statistic, "groups": df, "p": p}, "spiegelhalter_z": z,
        "beta": {"a": beta.calibrator_.map_[0], "b": beta.calibrator_.map_[1], "scores": grid.tolist(), "calibrated": beta.predict(grid).tolist(),
                 "solved": solved.params.tolist()},
    }
print(json.dumps({"versions": {name: version(name) for name in ("betacal", "calzone-tool", "scikit-learn", "scipy", "statsmodels")}, "cases": cases}, default=float))
