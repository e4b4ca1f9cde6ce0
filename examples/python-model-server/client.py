"""Traffic for the model server: patients drawn from reference.csv, as they are or as they would look after a change of microscope.

    python client.py reference.csv --count 500
    python client.py reference.csv --count 1500 --traffic drifted --diagnoses diagnoses.csv

Drifted: a new objective makes everything half as large again, and the new software leaves out mean_concavity every fifth time.
"""

import argparse
import collections
import csv
import http.client
import json
import random
import time
from urllib.parse import urlsplit

LENGTHS, AREAS = ("radius", "perimeter"), ("area",)
MAGNIFIED = 1.5


def patients(path):
    """The inputs of each row, without the columns that are the model's answer; and the diagnosis."""
    with open(path, newline="", encoding="utf-8") as file:
        return [({name: float(value) for name, value in row.items() if not name.startswith("ml.")}, row["ml.ground_truth.class"])
                for row in csv.DictReader(file)]


def drift(inputs, number):
    """The inputs as the new microscope would give them, for the request of this number."""
    changed = {}
    for name, value in inputs.items():
        if any(word in name for word in LENGTHS):
            value *= MAGNIFIED
        elif any(word in name for word in AREAS):
            value *= MAGNIFIED**2
        changed[name] = value
    if number % 5 == 0:
        del changed["mean_concavity"]
    return changed


def ask(connection, inputs):
    """What the server predicts."""
    connection.request("POST", "/predict", json.dumps({"inputs": inputs}))
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise SystemExit(f"{response.status} {response.reason}: {body.decode(errors='replace')}")
    return json.loads(body)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", help="the file that model.py wrote")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--count", type=int, default=500, help="requests to send (default %(default)s)")
    parser.add_argument("--traffic", choices=["reference", "drifted"], default="reference")
    parser.add_argument("--seed", type=int, default=1, help="which patients are drawn (default %(default)s)")
    parser.add_argument("--diagnoses", help="file to write each prediction's id, class and the true diagnosis to, for ground_truth.py")
    options = parser.parse_args()

    rows, draw, classes = patients(options.reference), random.Random(options.seed), collections.Counter()
    address = urlsplit(options.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    answers = []
    began = time.perf_counter()
    for number in range(options.count):
        inputs, diagnosis = draw.choice(rows)
        if options.traffic == "drifted":
            inputs = drift(inputs, number)
        try:
            answer = ask(connection, inputs)
        except OSError as error:
            raise SystemExit(f"{options.url}: {error}. Does server.py run?") from error
        classes[answer["class"]] += 1
        answers.append((answer["id"], answer["class"], diagnosis))
    print(f"{options.count} predictions in {time.perf_counter() - began:.1f} s: "
          + ", ".join(f"{count} {name}" for name, count in sorted(classes.items())))
    if options.diagnoses:
        with open(options.diagnoses, "w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "predicted", "diagnosis"])
            rows.writerows(answers)


if __name__ == "__main__":
    main()
