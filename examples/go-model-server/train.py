#!/usr/bin/env python3
"""Makes model.json: logistic regression that says how probable it is that a flight arrives more than 15 minutes late.

    pip install --require-hashes -r ../python-model-server/requirements.txt && python3 train.py

Data: the flights of March 2013 of the quick start, see ../quickstart/README.md. April, which the model has not seen, is the reference.
Also makes testdata/predictions.csv: what scikit-learn says of some flights of April, for the test of the Go code.
"""

import csv
import gzip
import json
import math
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

HERE = Path(__file__).parent
NUMBERS = ["distance", "hour", "temperature", "humidity", "wind_speed", "precipitation", "pressure", "visibility"]


def read(name):
    with gzip.open(HERE.parent / "quickstart" / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    return float(text) if text else math.nan


def main():
    truth = {row["prediction_id"]: row["label"] for row in read("flights_truth.csv.gz")}
    flights = read("flights.csv.gz")
    march, april = ([f for f in flights if f["timestamp"].startswith(month) and f["prediction_id"] in truth] for month in ("2013-03", "2013-04"))

    numbers = np.array([[number(f[name]) for name in NUMBERS] for f in march])
    means, scales = np.nanmean(numbers, axis=0), np.nanstd(numbers, axis=0)
    carriers = sorted({f["carrier"] for f in march})

    def columns(rows):
        """Standardised numbers, 0 where one is missing, and a column for each carrier."""
        standardised = (np.array([[number(f[name]) for name in NUMBERS] for f in rows]) - means) / scales
        return np.hstack([np.nan_to_num(standardised), [[float(f["carrier"] == c) for c in carriers] for f in rows]])

    def late(rows):
        return [truth[f["prediction_id"]] == "late" for f in rows]

    model = LogisticRegression(max_iter=1000).fit(columns(march), late(march))
    scores = model.predict_proba(columns(april))[:, 1]
    weights = model.coef_[0]

    def short(x):
        return float(f"{x:.6g}")

    content = {
        "intercept": short(model.intercept_[0]),
        "numbers": [{"name": n, "mean": short(m), "scale": short(s), "weight": short(w)} for n, m, s, w in zip(NUMBERS, means, scales, weights)],
        "carriers": {c: short(w) for c, w in zip(carriers, weights[len(NUMBERS):])},
    }
    (HERE / "model.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    with open(HERE / "testdata" / "predictions.csv", "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["carrier", *NUMBERS, "score"])
        for i in range(0, len(april), len(april) // 40):
            rows.writerow([april[i]["carrier"], *(april[i][name] for name in NUMBERS), f"{scores[i]:.9f}"])
    print(f"trained on {len(march)} flights of March; ROC AUC {roc_auc_score(late(march), model.predict_proba(columns(march))[:, 1]):.3f} there, "
          f"{roc_auc_score(late(april), scores):.3f} on {len(april)} of April")


if __name__ == "__main__":
    main()
