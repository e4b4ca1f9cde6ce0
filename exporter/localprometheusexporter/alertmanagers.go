package localprometheusexporter

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	promconfig "github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/notifier"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.uber.org/zap"
)

const (
	// queueCapacity is how many alerts wait for an Alertmanager; the oldest are dropped beyond that.
	queueCapacity = 10_000
	// sendTimeout is how long an Alertmanager may take.
	sendTimeout = 10 * time.Second
)

// alertmanagers sends alerts.
type alertmanagers struct {
	*notifier.Manager

	targets chan map[string][]*targetgroup.Group
	groups  map[string][]*targetgroup.Group
	clients map[string]*http.Client // by scheme and host
}

// newAlertmanagers makes what sends alerts by the clients of the configuration.
func newAlertmanagers(ctx context.Context, configs []confighttp.ClientConfig, host component.Host, settings component.TelemetrySettings, log *slog.Logger, registry prometheus.Registerer, o *once) (*alertmanagers, error) {
	a := &alertmanagers{
		targets: make(chan map[string][]*targetgroup.Group),
		groups:  make(map[string][]*targetgroup.Group),
		clients: make(map[string]*http.Client),
	}
	var config promconfig.Config
	for i := range configs {
		client, err := configs[i].ToClient(ctx, host.GetExtensions(), settings)
		if err != nil {
			return nil, fmt.Errorf("alertmanagers[%d]: %w", i, err)
		}
		u, err := url.Parse(configs[i].Endpoint)
		if err != nil {
			return nil, fmt.Errorf("alertmanagers[%d]: endpoint: %w", i, err)
		}
		a.clients[u.Scheme+"://"+u.Host] = client
		am := promconfig.DefaultAlertmanagerConfig
		am.Scheme = u.Scheme
		am.PathPrefix = strings.TrimSuffix(u.Path, "/")
		am.Timeout = model.Duration(sendTimeout)
		target := []*targetgroup.Group{{Source: "local_prometheus", Targets: []model.LabelSet{{model.AddressLabel: model.LabelValue(u.Host)}}}}
		am.ServiceDiscoveryConfigs = discovery.Configs{discovery.StaticConfig(target)}
		config.AlertingConfig.AlertmanagerConfigs = append(config.AlertingConfig.AlertmanagerConfigs, &am)
		a.groups[fmt.Sprintf("config-%d", i)] = target // as AlertmanagerConfigs.ToMap names them
	}
	a.Manager = notifier.NewManager(&notifier.Options{
		QueueCapacity:   queueCapacity,
		DrainOnShutdown: true,
		Registerer:      registry,
		Do: func(ctx context.Context, _ *http.Client, request *http.Request) (*http.Response, error) {
			response, err := a.clients[request.URL.Scheme+"://"+request.URL.Host].Do(request.WithContext(ctx))
			if err != nil {
				o.warn(settings.Logger, "alertmanager "+request.URL.Host, "Alertmanager can't be reached; alerts are dropped until it can", zap.Stringer("url", request.URL), zap.Error(err))
			}
			return response, err
		},
	}, model.UTF8Validation, log)
	return a, a.ApplyConfig(&config)
}

// run sends until Stop, and then what is left.
func (a *alertmanagers) run() {
	a.Run(a.targets)
	for _, client := range a.clients {
		client.CloseIdleConnections()
	}
}
