package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	maxRequest   = 1 << 20 // bytes
	stopDeadline = 10 * time.Second
)

// server answers POST /predict {"inputs": {"carrier": "B6", "distance": 1089, ...}}.
type server struct {
	model       *Model
	predictions *Predictions
}

type request struct {
	Inputs Inputs `json:"inputs"`
}

type answer struct {
	ID    string  `json:"id"`
	Class string  `json:"class"`
	Score float64 `json:"score"`
}

func (s *server) predict(w http.ResponseWriter, r *http.Request) {
	var asked request
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&asked); err != nil {
		http.Error(w, fmt.Sprintf(`%v; send {"inputs": {"carrier": "B6", "distance": 1089, ...}}`, err), http.StatusBadRequest)
		return
	}
	began := time.Now()
	class, score, err := s.model.Predict(asked.Inputs)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	id := rand.Text()
	s.predictions.Send(r.Context(), id, asked.Inputs, class, score, time.Since(began))
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer{id, class, score})
}

// serve runs the server until it is told to stop, and sends what is left then.
func serve(args []string) (err error) {
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	address := flags.String("address", "localhost:8000", "where to listen; port 0 finds a free one")
	endpoint := flags.String("otlp", "http://localhost:4317", "where predictions are sent, by OTLP over gRPC")
	_ = flags.Parse(args)

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	model, err := loadModel()
	if err != nil {
		return err
	}
	predictions, err := newPredictions(ctx, *endpoint, modelName, modelVersion)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /predict", (&server{model, predictions}).predict)
	httpServer := &http.Server{Handler: mux, ReadHeaderTimeout: stopDeadline}
	ended := make(chan error, 1)
	go func() { ended <- httpServer.Serve(listener) }()
	fmt.Printf("listening on http://%s\n", listener.Addr())

	select {
	case err = <-ended:
	case <-ctx.Done():
	}
	closing, cancel := context.WithTimeout(context.Background(), stopDeadline)
	defer cancel()
	return errors.Join(err, httpServer.Shutdown(closing), predictions.Close(closing))
}
