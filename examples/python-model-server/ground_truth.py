"""Tells what turned out to be true, as a laboratory's system does: later than the prediction, in another process, in any order,
and not for every patient.

    python ground_truth.py diagnoses.csv            # the file that client.py --diagnoses wrote

All that Leeway needs is the model's name, the prediction's id and the true class. Where to is said by the SDK's own variables, as
in predictions.py.
"""

import argparse
import csv
import random
import time

from opentelemetry._logs import LogRecord

from model import NAME
from predictions import logger_provider


class GroundTruths:
    def __init__(self, model):
        self._provider = logger_provider({"service.name": "laboratory", "ml.model.name": model})
        self._logger = self._provider.get_logger("laboratory")

    def send(self, prediction_id, true_class):
        """Queues what is known, as of now, to have been true of one prediction."""
        self._logger.emit(LogRecord(event_name="ml.ground_truth", timestamp=time.time_ns(), attributes={
            "ml.prediction.id": prediction_id, "ml.ground_truth.class": true_class}))

    def close(self):
        """Sends what is left in the queue."""
        self._provider.shutdown()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("diagnoses", help="CSV file of id, predicted and diagnosis")
    parser.add_argument("--share", type=float, default=0.9, help="of the patients, how many ever get a diagnosis (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="which ones, and in which order (default %(default)s)")
    options = parser.parse_args()

    with open(options.diagnoses, newline="", encoding="utf-8") as file:
        patients = list(csv.DictReader(file))
    known = random.Random(options.seed).sample(patients, round(options.share * len(patients)))
    truths, right = GroundTruths(NAME), 0
    for patient in known:
        truths.send(patient["id"], patient["diagnosis"])
        right += patient["predicted"] == patient["diagnosis"]
    truths.close()
    print(f"{len(known)} diagnoses: the model was right in {right}")


if __name__ == "__main__":
    main()
