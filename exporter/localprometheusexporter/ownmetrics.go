package localprometheusexporter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/storage"
	"go.uber.org/zap"
)

const (
	// ownJob is the job of the collector's own metrics, as docs/alerts.md has it for a Prometheus that scrapes them.
	ownJob = "leeway"
	// maxOwnMetrics is how many bytes of them are read.
	maxOwnMetrics = 16 << 20
	acceptText    = "text/plain;version=0.0.4"
)

// ownMetrics reads the collector's own metrics, as Prometheus would scrape them, so that the rules about collectors have them.
type ownMetrics struct {
	client   *http.Client
	endpoint string
	instance string
	interval time.Duration
	store    storage.Appendable
	now      func() time.Time
	log      *zap.Logger
	once     *once
}

func newOwnMetrics(client *http.Client, config *OwnMetricsConfig, store storage.Appendable, log *zap.Logger, o *once) (*ownMetrics, error) {
	u, err := url.Parse(config.Client.Endpoint)
	if err != nil {
		return nil, err
	}
	return &ownMetrics{client: client, endpoint: u.String(), instance: u.Host, interval: config.Interval, store: store, now: time.Now, log: log, once: o}, nil
}

// run reads until the context ends.
func (m *ownMetrics) run(ctx context.Context) {
	ticker := time.NewTicker(m.interval)
	defer ticker.Stop()
	for {
		if err := m.read(ctx); err != nil && ctx.Err() == nil {
			m.once.warn(m.log, "own_metrics", "The collector's own metrics can't be read; rules about it have none. Does service: telemetry: metrics: serve them there?",
				zap.String("endpoint", m.endpoint), zap.Error(err))
		}
		select {
		case <-ctx.Done():
			m.client.CloseIdleConnections()
			return
		case <-ticker.C:
		}
	}
}

// read reads once. The series up says whether that went well.
func (m *ownMetrics) read(ctx context.Context) error {
	at := m.now().UnixMilli()
	body, contentType, err := m.get(ctx)
	a := m.store.Appender(ctx)
	if err == nil {
		err = m.append(a, body, contentType, at)
	}
	up := 1.0
	if err != nil {
		err = errors.Join(err, a.Rollback())
		a, up = m.store.Appender(ctx), 0
	}
	if _, e := a.Append(0, labels.FromStrings(model.MetricNameLabel, "up", model.JobLabel, ownJob, model.InstanceLabel, m.instance), at, up); e != nil {
		return errors.Join(err, e, a.Rollback())
	}
	return errors.Join(err, a.Commit())
}

func (m *ownMetrics) get(ctx context.Context) (body []byte, contentType string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, m.endpoint, http.NoBody)
	if err != nil {
		return nil, "", err
	}
	request.Header.Set("Accept", acceptText)
	response, err := m.client.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, "", fmt.Errorf("%s answers %s", m.endpoint, response.Status)
	}
	body, err = io.ReadAll(io.LimitReader(response.Body, maxOwnMetrics))
	return body, response.Header.Get("Content-Type"), err
}

func (m *ownMetrics) append(a storage.Appender, body []byte, contentType string, at int64) error {
	parser, err := textparse.New(body, contentType, labels.NewSymbolTable(), textparse.ParserOptions{FallbackContentType: acceptText})
	if parser == nil {
		return err
	}
	builder := labels.NewBuilder(labels.EmptyLabels())
	for {
		entry, err := parser.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", m.endpoint, err)
		}
		if entry != textparse.EntrySeries {
			continue
		}
		var series labels.Labels
		parser.Labels(&series)
		builder.Reset(series)
		for name, value := range map[string]string{model.JobLabel: ownJob, model.InstanceLabel: m.instance} {
			if series.Get(name) == "" {
				builder.Set(name, value)
			}
		}
		_, _, value := parser.Series()
		if _, err := a.Append(0, builder.Labels(), at, value); err != nil && refusal(err) == "" {
			return err
		}
	}
}
