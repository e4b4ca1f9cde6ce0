package modelstatisticsprocessor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/window"
)

// checkpoints keep the windows of all models in a storage extension; without one they keep nothing.
//
// The index lists the models by ID. Under each ID stand the entries that package window makes, and what was last said.
type checkpoints struct {
	client storage.Client
	report *reporter
	mu     sync.Mutex
	index  map[string]bool
}

const (
	indexKey  = "models"
	voicesKey = "voices"
)

func openCheckpoints(ctx context.Context, host component.Host, id *component.ID, own component.ID, report *reporter) (*checkpoints, error) {
	c := &checkpoints{report: report, index: map[string]bool{}}
	if id == nil {
		return c, nil
	}
	found, ok := host.GetExtensions()[*id]
	if !ok {
		return nil, fmt.Errorf("storage: no extension %q is running; define it under extensions and name it in service::extensions", id)
	}
	extension, ok := found.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("storage: extension %q stores nothing; name a storage extension, as file_storage", id)
	}
	var err error
	if c.client, err = extension.GetClient(ctx, component.KindProcessor, own, ""); err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	return c, nil
}

// idOf names a model in the storage.
func idOf(m *model) string {
	digest := sha256.Sum256([]byte(m.name + "\x00" + m.version))
	return hex.EncodeToString(digest[:16])
}

// save writes what has changed in these models, all of a model at once.
func (c *checkpoints) save(ctx context.Context, list []*model) error {
	if c.client == nil {
		return nil
	}
	var errs []error
	for _, m := range list {
		if err := c.saveModel(ctx, m); err != nil {
			c.report.checkpointFailed(ctx, m.name, err)
			errs = append(errs, fmt.Errorf("storing the windows of model %q: %w", m.name, err))
		}
	}
	return errors.Join(errs...)
}

func (c *checkpoints) saveModel(ctx context.Context, m *model) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	operations, err := c.changes(m)
	if err != nil || len(operations) == 0 {
		return err
	}
	id := idOf(m)
	if !c.index[id] {
		c.index[id] = true
		operations = append(operations, c.indexOperation())
	}
	if err := c.client.Batch(ctx, operations...); err != nil {
		m.mu.Lock()
		m.windows.Unsaved()
		m.voicesMoved = true
		m.mu.Unlock()
		return err
	}
	return nil
}

func (c *checkpoints) changes(m *model) ([]*storage.Operation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.gone {
		return nil, nil
	}
	var operations []*storage.Operation
	id := idOf(m)
	for _, e := range m.windows.Changes() {
		if e.Value == nil {
			operations = append(operations, storage.DeleteOperation(id+"/"+e.Key))
		} else {
			operations = append(operations, storage.SetOperation(id+"/"+e.Key, e.Value))
		}
	}
	if m.voicesMoved {
		text, err := encodeVoices(m)
		if err != nil {
			return nil, err
		}
		m.voicesMoved = false
		operations = append(operations, storage.SetOperation(id+"/"+voicesKey, text))
	}
	return operations, nil
}

func (c *checkpoints) indexOperation() *storage.Operation {
	ids := make([]string, 0, len(c.index))
	for id := range c.index {
		ids = append(ids, id)
	}
	text, _ := json.Marshal(ids) // strings always can be
	return storage.SetOperation(indexKey, text)
}

// forget deletes a model's checkpoint.
func (c *checkpoints) forget(ctx context.Context, m *model) {
	if c.client == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	id := idOf(m)
	delete(c.index, id)
	operations := []*storage.Operation{c.indexOperation(), storage.DeleteOperation(id + "/" + voicesKey)}
	for _, key := range m.windows.Keys() {
		operations = append(operations, storage.DeleteOperation(id+"/"+key))
	}
	for _, e := range m.windows.Changes() { // panes dropped since the last checkpoint are there, too
		operations = append(operations, storage.DeleteOperation(id+"/"+e.Key))
	}
	if err := c.client.Batch(ctx, operations...); err != nil {
		c.report.checkpointFailed(ctx, m.name, err)
	}
}

// restore reads all models back. What is corrupt is left out, counted and named in the log; only a storage that can't be
// read is an error.
func (c *checkpoints) restore(ctx context.Context, settings *window.Settings, into *models) error {
	if c.client == nil {
		return nil
	}
	text, err := c.client.Get(ctx, indexKey)
	if err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	if text == nil {
		return nil
	}
	var ids []string
	if err := json.Unmarshal(text, &ids); err != nil {
		c.report.corrupt(ctx, indexKey, err)
		return nil
	}
	for _, id := range ids {
		w, errs := window.Restore(settings, func(key string) ([]byte, error) { return c.client.Get(ctx, id+"/"+key) })
		for _, err := range errs {
			c.report.corrupt(ctx, id, err)
		}
		if w == nil {
			continue
		}
		m := newModel(w)
		if text, err := c.client.Get(ctx, id+"/"+voicesKey); err != nil {
			return fmt.Errorf("storage: %w", err)
		} else if err := decodeVoices(text, m); err != nil {
			c.report.corrupt(ctx, id+"/"+voicesKey, err)
		}
		c.index[id] = true
		into.put(m)
	}
	c.report.logger.Info("windows restored", zap.Int("models", len(into.byKey)))
	return nil
}

func (c *checkpoints) close(ctx context.Context) error {
	if c.client == nil {
		return nil
	}
	return c.client.Close(ctx)
}

// encodeVoices writes what was last said, as the metrics that said it.
func encodeVoices(m *model) ([]byte, error) {
	e := emission{metrics: pmetric.NewMetrics()}
	for _, v := range m.voices {
		e.points = 0 // whatever their number, they stay together
		e.put(v, v.end)
	}
	return (&pmetric.ProtoMarshaler{}).MarshalMetrics(e.metrics)
}

// decodeVoices reads what encodeVoices wrote. They count as not sent for long, so that they are sent soon.
func decodeVoices(text []byte, m *model) error {
	metrics, err := (&pmetric.ProtoUnmarshaler{}).UnmarshalMetrics(text)
	if err != nil {
		return err
	}
	for _, resource := range metrics.ResourceMetrics().All() {
		for _, scope := range resource.ScopeMetrics().All() {
			for _, metric := range scope.Metrics().All() {
				if metric.Type() == pmetric.MetricTypeGauge {
					m.recall(strings.Clone(metric.Name()), metric.Gauge().DataPoints())
				}
			}
		}
	}
	return nil
}

// never is when a restored voice was last sent.
var never = time.Time{}
