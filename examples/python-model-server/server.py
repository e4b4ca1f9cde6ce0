"""A model server: POST /predict {"inputs": {"mean_radius": 14.1, ...}} answers {"id": ..., "class": "benign", "score": 0.07}."""

import argparse
import json
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from model import NAME, VERSION, Model
from predictions import Predictions

MAX_REQUEST = 1 << 20  # bytes


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open
    disable_nagle_algorithm = True

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        if length > MAX_REQUEST:
            self.close_connection = True
            self.answer(413, {"error": f"a request may have {MAX_REQUEST} bytes"})
            return
        body = self.rfile.read(length)
        if self.path != "/predict":
            self.answer(404, {"error": "there is only POST /predict"})
            return
        try:
            inputs = json.loads(body)["inputs"]
            began = time.perf_counter()
            predicted, score = self.server.model.predict(inputs)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self.answer(400, {"error": f'{error!r}; send {{"inputs": {{"mean_radius": 14.1, ...}}}}, with numbers'})
            return
        prediction_id = self.server.predictions.send(inputs, predicted, score, time.perf_counter() - began)
        self.answer(200, {"id": prediction_id, "class": predicted, "score": score})

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Not a line for each request."""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="on localhost; 0 finds a free one")
    port = parser.parse_args().port

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.model, server.predictions = Model(), Predictions(NAME, VERSION)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
    server.server_close()
    server.predictions.close()


if __name__ == "__main__":
    main()
