"""Writes peers.json: what scikit-learn 1.9.1, SciPy 1.17.1 and NannyML 0.13.1 make of the rows of peers_test.go.

    pip install nannyml==0.13.1 && python peers.py > peers.json

The rows come of a linear congruential generator and of sums and products only, so that both languages have the same ones. They are
encoded here a second time, from the definition in docs/multivariate-drift.md.
"""

import json
import os
from importlib.metadata import version

import numpy as np
import pandas as pd
from scipy.spatial.distance import pdist
from scipy.stats import norm, pearsonr
from sklearn.decomposition import PCA
from sklearn.metrics.pairwise import rbf_kernel

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
import nannyml  # noqa: E402


def draw(seed, rows, turned):
    state, table = seed, []
    for _ in range(rows):
        u = []
        for _ in range(6):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            u.append((state >> 11) / 2**53)
        common = u[0] + u[1]
        table.append((
            common + 0.5 * u[2],
            (2 - common if turned else common) + 0.5 * u[3],
            0.25 * common + u[4],
            u[5] + u[1] * u[2],
            1 if u[4] + 0.25 * u[0] > 0.75 else 0,
            int(4 * (0.5 * u[0] + 0.5 * u[5])),
        ))
    return np.array(table)


class Numeric:
    def __init__(self, x):
        s = np.sort(x)
        self.bounds = s[np.arange(1, 100) * len(s) // 100]
        counts = np.bincount(self.bin(x), minlength=100)
        upper = np.cumsum(counts) / counts.sum()
        density = norm.pdf(norm.ppf(np.concatenate(([0], upper[:-1], [1]))))
        z = (density[:-1] - density[1:]) * counts.sum() / counts
        z -= (counts * z).sum() / counts.sum()
        self.scores = z / np.sqrt((counts * z * z).sum() / counts.sum())

    def bin(self, x):
        return np.searchsorted(self.bounds, x, side="left")

    def encode(self, x):
        return self.scores[self.bin(x)][:, None]


class Categories:
    def __init__(self, x):
        k = int(x.max()) + 1
        self.shares = np.bincount(x.astype(int), minlength=k) / len(x)

    def encode(self, x):
        points = np.eye(len(self.shares))[x.astype(int)] - self.shares
        if len(self.shares) == 2:
            return points[:, :1] / np.sqrt(self.shares.prod())
        return points / np.sqrt(1 - (self.shares**2).sum())


reference, current = draw(1, 4000, False), draw(2, 1000, True)
columns = [0, 1, 2, 3, 4, 5]
encoders = [Numeric(reference[:, i]) if i < 4 else Categories(reference[:, i]) for i in columns]
spans = np.cumsum([0] + [e.encode(reference[:5, i]).shape[1] for e, i in zip(encoders, columns)])


def encode(table):
    return np.hstack([e.encode(table[:, i]) for e, i in zip(encoders, columns)])


def of(columns):
    dims = np.concatenate([np.arange(spans[i], spans[i + 1]) for i in columns])
    r, c = encode(reference)[:, dims], encode(current)[:, dims]
    pca = PCA(n_components=0.65).fit(r)
    rest = {name: x - pca.inverse_transform(pca.transform(x)) for name, x in (("reference", r), ("current", c))}
    errors = {name: np.linalg.norm(x, axis=1) for name, x in rest.items()}
    bandwidth = np.median(pdist(r[:500]))
    gamma = 1 / (2 * bandwidth**2)
    squared = rbf_kernel(r, gamma=gamma).mean() + rbf_kernel(c, gamma=gamma).mean() - 2 * rbf_kernel(r, c, gamma=gamma).mean()
    single = [k for k, i in enumerate(columns) if spans[i + 1] - spans[i] == 1]
    start = np.cumsum([0] + [spans[i + 1] - spans[i] for i in columns])
    pairs = [(a, b) for n, a in enumerate(single) for b in single[n + 1:]]
    return {
        "components": int(pca.n_components_),
        "explained": float(pca.explained_variance_ratio_.sum()),
        "error_reference": float(errors["reference"].mean()),
        "error_std_dev": float(errors["reference"].std(ddof=1)),
        "error_current": float(errors["current"].mean()),
        "residuals_current": [float((rest["current"][:, start[k]:start[k + 1]] ** 2).sum(axis=1).mean()) for k in range(len(columns))],
        "bandwidth": float(bandwidth),
        "mmd": float(np.sqrt(squared)),
        "correlations_reference": [float(pearsonr(r[:, start[a]], r[:, start[b]])[0]) for a, b in pairs],
        "correlations_current": [float(pearsonr(c[:, start[a]], c[:, start[b]])[0]) for a, b in pairs],
    }


cases = {"mixed": of(columns), "numbers": of(columns[:4])}

names = [f"f{i}" for i in range(4)]
frame = {name: pd.DataFrame(encode(table)[:, :4], columns=names) for name, table in (("reference", reference), ("current", current))}
calculator = nannyml.DataReconstructionDriftCalculator(column_names=names, chunk_size=1000)
calculator.fit(frame["reference"])
result = calculator.calculate(frame["current"]).to_df()
value = result[("reconstruction_error", "value")]
cases["numbers"]["nannyml"] = {
    "reference": float(value[:4].mean()), "current": float(value[4:].iloc[0]),
    "alert": bool(result[("reconstruction_error", "alert")].iloc[4]),
}

print(json.dumps({"made_by": {p: version(p) for p in ("scikit-learn", "scipy", "numpy", "nannyml")}, "cases": cases}, indent=1))
