package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

const export = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"

// marshalled passes requests on as they are, and looks at no response: sending costs as little as can be.
type marshalled struct{}

func (marshalled) Name() string                    { return "proto" }
func (marshalled) Marshal(v any) ([]byte, error)   { return v.([]byte), nil }
func (marshalled) Unmarshal(_ []byte, _ any) error { return nil }

// send sends n requests, those of the list over and over, by so many senders with a connection each; every sender waits for
// the answer to its request before it sends another.
func send(ctx context.Context, address string, requests [][]byte, n, senders int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var running sync.WaitGroup
	for range senders {
		connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(grpc.ForceCodec(marshalled{})))
		if err != nil {
			return err
		}
		running.Go(func() {
			defer func() { _ = connection.Close() }()
			for {
				i := next.Add(1) - 1
				if i >= int64(n) || ctx.Err() != nil {
					return
				}
				if err := connection.Invoke(ctx, export, requests[i%int64(len(requests))], new([]byte)); err != nil {
					cancel(fmt.Errorf("sending to %s: %w", address, err))
					return
				}
			}
		})
	}
	running.Wait()
	return context.Cause(ctx)
}
