"""Writes peers.json: panes, and the evidence of them by the likelihoods of scipy, each start and step by itself.

    pip install numpy==2.4.6 scipy==1.17.1 && python peers.py > peers.json
"""

import json
from importlib.metadata import version

import numpy as np
from scipy import optimize, stats
from scipy.special import logsumexp, rel_entr

random = np.random.default_rng(20261125)


def bernoulli(n, s, baseline, step, _):
    odds = baseline / (1 - baseline) * np.exp(step)
    return stats.binom.logpmf(s, n, odds / (1 + odds)) - stats.binom.logpmf(s, n, baseline)


def gamma(n, s, baseline, step, variation):
    """The sum of n values of a gamma law is gamma distributed, with n times the shape."""
    shape = n / variation
    scale = baseline * variation
    return stats.gamma.logpdf(s, shape, scale=scale * np.exp(step)) - stats.gamma.logpdf(s, shape, scale=scale)


def bernoulli_divergence(a, b, _):
    return rel_entr(a, b) + rel_entr(1 - a, 1 - b)


def gamma_divergence(a, b, variation):
    """By numerical integration of the definition."""
    shape = 1 / variation
    p, q = stats.gamma(shape, scale=a / shape), stats.gamma(shape, scale=b / shape)
    return p.expect(lambda x: p.logpdf(x) - q.logpdf(x), limit=500, epsabs=1e-12)


def correlation(n, s, variance_of):
    used = n > 0
    n, s = n[used], s[used]
    mean = s.sum() / n.sum()
    pearson = ((s - n * mean) ** 2 / (n * variance_of(mean))).sum()
    return float(np.clip((pearson - (len(n) - 1)) / ((n - 1) * (1 - n / n.sum())).sum(), 0, 1))


cases = []
for name, variation, means in (
    ("bounded", None, np.r_[np.full(8, 0.1), np.full(4, 0.2)]),
    ("bounded", None, np.clip(0.3 * np.exp(0.3 * random.normal(size=12)), 0, 1)),
    ("bounded", None, np.full(12, 0.02)),
    ("positive", 0.6, np.r_[np.full(9, 12.0), np.full(3, 20.0)]),
    ("positive", 1.7, 0.04 * np.exp(0.3 * random.normal(size=12))),
):
    n = random.integers(1, 200, 12)
    n[3] = 0 if name == "bounded" else n[3]
    if name == "bounded":
        s = random.binomial(n, means).astype(float)
        ratio, divergence, steps, greatest = bernoulli, bernoulli_divergence, 0.05 * 2.0 ** np.arange(5), 1 - 1e-12
        variance = lambda m: m * (1 - m)
    else:
        s = np.array([np.round(random.gamma(1 / variation, m * variation, k).sum(), 6) for k, m in zip(n, means)])
        ratio, divergence, steps, greatest = gamma, gamma_divergence, 0.05 * 2.0 ** np.arange(4), np.inf
        variance = lambda m: variation * m * m
    baseline = float(np.round(1.1 * means[0], 6))
    terms = [ratio(n[j:].sum(), s[j:].sum(), baseline, step, variation) - np.log(len(steps)) for j in range(6, 12) for step in steps]
    average = s.sum() / n.sum()
    upper = optimize.brentq(lambda m: n.sum() * divergence(average, m, variation) - 9.21, average, min(greatest, 10 * average), xtol=1e-14, rtol=1e-13)
    cases.append({
        "law": name, "variation": variation, "count": n.tolist(), "sum": s.tolist(), "baseline": baseline, "starts": list(range(6, 12)),
        "evidence": float(logsumexp(terms)), "nats": 9.21, "upper": upper, "correlation": correlation(n, s, variance),
    })
print(json.dumps({"versions": {name: version(name) for name in ("numpy", "scipy")}, "cases": cases}))
