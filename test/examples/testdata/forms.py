"""Sends 120 predictions in each form that an event can have, as a model named after the form. docs/send-predictions.md shows parts of it.

Input f7 of prediction 30 is 37.0.
"""

import time

import numpy
from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LogRecordLimits
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

PREDICTIONS, MANY, FEW = 120, 200, 100


def inputs(prediction, count):
    return {f"f{feature}": float(prediction + feature) for feature in range(count)}


def prefixed(values):
    return {f"ml.input.{name}": value for name, value in values.items()}


def model(name):
    return {"ml.model.name": name, "ml.model.version": "1"}


def emit(name, attributes=lambda i: {}, body=lambda i: None, on_resource=True, limits=None):
    """Log events; the model's name is on the resource, or on each record."""
    provider = LoggerProvider(resource=Resource.create(model(name) if on_resource else {}), log_record_limits=limits)
    provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    logger = provider.get_logger("model-server")
    for i in range(PREDICTIONS):
        logger.emit(LogRecord(event_name="ml.prediction", timestamp=time.time_ns(), attributes=attributes(i), body=body(i)))
    provider.shutdown()


def trace(name, attributes):
    provider = TracerProvider(resource=Resource.create({"service.name": "model-server"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer("model-server")
    for i in range(PREDICTIONS):
        with tracer.start_as_current_span("predict") as span:
            span.set_attribute("ml.model.name", name)
            span.set_attributes(attributes(i))
    provider.shutdown()


def main():
    # Three ways for the inputs of a log event.
    emit("map", attributes=lambda i: {"ml.inputs": inputs(i, MANY)})
    emit("attributes", attributes=lambda i: prefixed(inputs(i, FEW)))
    emit("body", body=lambda i: inputs(i, MANY))
    # More attributes than the SDK's 128: the oldest go.
    emit("too_many", attributes=lambda i: prefixed(inputs(i, MANY)))
    emit("too_many_named", attributes=lambda i: model("too_many_named") | prefixed(inputs(i, MANY)), on_resource=False)
    emit("raised_limit", attributes=lambda i: prefixed(inputs(i, MANY)), limits=LogRecordLimits(max_log_record_attributes=1000))
    # Missing inputs: None, or left out.
    emit("missing", attributes=lambda i: {"ml.inputs": {"f0": float(i), "none": None if i % 3 == 0 else 1.0} | ({} if i % 4 == 0 else {"out": 1.0})})
    # numpy.float64 is a float; the SDK sends other types of numpy as texts.
    emit("numpy", attributes=lambda i: {"ml.inputs": {
        "plain": float(i), "float64": numpy.float64(i), "float32": numpy.float32(i), "int64": numpy.int64(i)}})
    # An SDK without event names.
    emit("event_name_attribute", attributes=lambda i: {"event.name": "ml.prediction", "ml.inputs": inputs(i, FEW)})
    # Spans instead.
    trace("span", lambda i: prefixed(inputs(i, FEW)))
    trace("span_map", lambda i: {"ml.inputs": inputs(i, MANY)})


if __name__ == "__main__":
    main()
