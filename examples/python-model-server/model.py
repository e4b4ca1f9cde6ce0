"""The model: is a lump in the breast malignant? Logistic regression over 30 measurements of cell nuclei in a microscope image.

The data come with scikit-learn: Breast Cancer Wisconsin (Diagnostic), 569 patients (Wolberg, Street, Mangasarian 1995; CC BY 4.0).
One half trains the model; the other half, which it has not seen, is the reference: what the model looks like when it is good.

    python model.py reference.csv    # writes the reference's inputs, predictions and diagnoses, for `leewayctl profile`
"""

import csv
import math
import sys

from sklearn.datasets import load_breast_cancer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

NAME, VERSION = "breast-cancer", "1"
POSITIVE, NEGATIVE = "malignant", "benign"


class Model:
    """Trains in a tenth of a second, always to the same coefficients."""

    def __init__(self):
        data = load_breast_cancer()
        self.inputs = [name.replace(" ", "_") for name in data.feature_names]
        train, self._reference, classes, self._diagnoses = train_test_split(
            data.data, data.target_names[data.target], test_size=0.5, random_state=1, stratify=data.target)
        # Patients without some measurement are predicted as if it were the usual one.
        self._pipeline = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(C=0.1))
        self._pipeline.fit(train, classes)
        self._positive = list(self._pipeline.classes_).index(POSITIVE)

    def predict(self, inputs):
        """The class, and the probability that it is malignant. Inputs that are absent or None are missing."""
        row = [math.nan if inputs.get(name) is None else inputs[name] for name in self.inputs]
        # A plain float: what the SDK does not know as a number, such as numpy.float32, it sends as a text.
        score = float(self._pipeline.predict_proba([row])[0, self._positive])
        return POSITIVE if score >= 0.5 else NEGATIVE, score

    def reference(self):
        """The inputs of each patient of the reference, and the diagnosis."""
        return [(dict(zip(self.inputs, map(float, row))), str(diagnosis)) for row, diagnosis in zip(self._reference, self._diagnoses)]


def write_reference(path):
    model = Model()
    with open(path, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        # Columns named as the event's attributes need no flag of `leewayctl profile`.
        rows.writerow([*model.inputs, "ml.prediction.class", "ml.prediction.score", "ml.ground_truth.class"])
        for inputs, diagnosis in model.reference():
            rows.writerow([*inputs.values(), *model.predict(inputs), diagnosis])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python model.py reference.csv")
    write_reference(sys.argv[1])
