"""Tells OpenTelemetry what the model predicts, with nothing but the SDK. Where to is said by the SDK's own variables:

    OTEL_EXPORTER_OTLP_ENDPOINT  default http://localhost:4317
    OTEL_EXPORTER_OTLP_PROTOCOL  grpc (default), or http/protobuf: then the endpoint is http://localhost:4318
"""

import os
import time
import uuid

from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource

if os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc") == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
else:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter


def logger_provider(resource):
    """What is the same for all events stands on the resource. Events wait in a queue and are sent in batches by a thread."""
    provider = LoggerProvider(resource=Resource.create(resource))
    # The default queue of 2048 is for a few hundred events a second: beyond, the SDK leaves out what it has no room for.
    provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(), max_queue_size=16384))
    return provider


class Predictions:
    def __init__(self, model, version):
        self._provider = logger_provider({"service.name": "model-server", "ml.model.name": model, "ml.model.version": version})
        self._logger = self._provider.get_logger("model-server")

    def send(self, inputs, predicted, score, seconds):
        """Queues one prediction, made just now, and returns its id."""
        prediction_id = str(uuid.uuid4())
        self._logger.emit(LogRecord(event_name="ml.prediction", timestamp=time.time_ns(), attributes={
            "ml.prediction.id": prediction_id, "ml.prediction.class": predicted, "ml.prediction.score": score,
            "ml.prediction.duration": seconds, "ml.inputs": inputs}))
        return prediction_id

    def close(self):
        """Sends what is left in the queue."""
        self._provider.shutdown()
