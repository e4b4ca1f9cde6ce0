"""Numbers of numpy and scikit-learn that components_test.go compares with; run in this folder:

    python components.py > components.json

Rows are made by the same formula in both languages: a linear congruential generator, twelve uniform numbers to a Gaussian one.
"""

import json

import numpy as np
import sklearn
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances

ROWS, COLUMNS, FREQUENCIES = 1500, 7, 16


class Generator:
    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) / 2**53

    def gaussian(self):
        return sum(self.uniform() for _ in range(12)) - 6


generator = Generator(7)
rows = np.zeros((ROWS, COLUMNS))
for i in range(ROWS):
    for j in range(COLUMNS):
        # Each column leans on the one before, the last repeats the first but for a little.
        rows[i, j] = generator.gaussian() + (0.5 * rows[i, j - 1] if j > 0 else 0)
    rows[i, COLUMNS - 1] = rows[i, 0] + 0.1 * rows[i, COLUMNS - 1]

distances = pairwise_distances(rows[:400])
bandwidth = float(np.median(distances[np.triu_indices(400, 1)]))
frequencies = np.array([[generator.gaussian() / bandwidth for _ in range(COLUMNS)] for _ in range(FREQUENCIES)])
angles = rows @ frequencies.T
features = np.hstack([np.cos(angles), np.sin(angles)]) / np.sqrt(FREQUENCIES)
covariance = np.cov(features.T, ddof=0)

out = {"versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__}, "median_distance": bandwidth}
for share in (0.65, 0.9, 0.999):
    pca = PCA(n_components=share, svd_solver="full").fit(rows)
    rest = rows - pca.inverse_transform(pca.transform(rows))
    out[str(share)] = {
        "components": pca.components_.tolist(),
        "explained": float(pca.explained_variance_ratio_.sum()),
        "mean_error": float(np.linalg.norm(rest, axis=1).mean()),
    }
out["trace"] = float(np.trace(covariance))
out["trace_squared"] = float(np.trace(covariance @ covariance))
print(json.dumps(out, indent=1))
