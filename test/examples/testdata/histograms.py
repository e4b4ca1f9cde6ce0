"""Sends the same predictions three times: as events, as SDK histograms over the profile's bins, and as exponential ones; and
once more with the SDK's default temporality, which is no summary's. docs/send-predictions.md shows parts of it.

    histograms.py profile.json rows.csv
"""

import csv
import json
import sys
import time

from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource

DELTA = {Counter: AggregationTemporality.DELTA, Histogram: AggregationTemporality.DELTA}


def events(model, rows):
    provider = LoggerProvider(resource=Resource.create({"ml.model.name": model, "ml.model.version": "1"}))
    provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    logger = provider.get_logger("model-server")
    for row in rows:
        logger.emit(LogRecord(event_name="ml.prediction", timestamp=time.time_ns(), attributes={
            "ml.prediction.class": row["class"], "ml.prediction.score": row["score"],
            "ml.inputs": {"amount": row["amount"], "country": row["country"]}}))
    provider.shutdown()


def histograms(model, rows, profile, views=(), temporality=None):
    exporter = OTLPMetricExporter(preferred_temporality=DELTA if temporality is None else temporality)
    provider = MeterProvider(metric_readers=[PeriodicExportingMetricReader(exporter, export_interval_millis=1000)], views=views)
    # One instrument has one set of bounds, so each feature has a meter of its own.
    amounts = provider.get_meter("amount").create_histogram(
        "ml.feature.value", explicit_bucket_boundaries_advisory=bounds(profile["features"], "amount"))
    scores = provider.get_meter("score").create_histogram(
        "ml.prediction.score", explicit_bucket_boundaries_advisory=bounds(profile["scores"], "fraud"))
    meter = provider.get_meter("model-server")
    categories = meter.create_counter("ml.feature.categories", unit="{observation}")
    invalid = meter.create_counter("ml.feature.invalid", unit="{observation}")
    predictions = meter.create_counter("ml.predictions", unit="{prediction}")
    # On each data point, not on the resource.
    of_model = {"ml.model.name": model, "ml.model.version": "1"}
    for row in rows:
        if row["amount"] is None:
            invalid.add(1, of_model | {"ml.feature.name": "amount", "ml.invalid.reason": "missing"})
        else:
            amounts.record(row["amount"], of_model | {"ml.feature.name": "amount"})
        categories.add(1, of_model | {"ml.feature.name": "country", "ml.feature.category": row["country"]})
        scores.record(row["score"], of_model | {"ml.class": "fraud"})
        predictions.add(1, of_model | {"ml.prediction.class": row["class"]})
    provider.shutdown()


def bounds(variables, name):
    return next(variable["bounds"] for variable in variables if variable["name"] == name)


def main(profile_path, rows_path):
    with open(profile_path, encoding="utf-8") as file:
        profile = json.load(file)
    with open(rows_path, newline="", encoding="utf-8") as file:
        rows = [{**row, "amount": float(row["amount"]) if row["amount"] else None, "score": float(row["score"])} for row in csv.DictReader(file)]
    events("events", rows)
    histograms("profile_bins", rows, profile)
    exponential = View(instrument_type=Histogram, aggregation=ExponentialBucketHistogramAggregation())
    histograms("exponential", rows, profile, views=[exponential])
    histograms("cumulative", rows, profile, temporality={})


if __name__ == "__main__":
    main(*sys.argv[1:])
