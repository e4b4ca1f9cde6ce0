package leewaytest

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// settings are the parts of a collector's configuration that say where it can be reached, and how much it logs.
type settings struct {
	Receivers map[string]struct {
		Protocols struct {
			GRPC *endpoint `yaml:"grpc"`
			HTTP *endpoint `yaml:"http"`
		} `yaml:"protocols"`
	} `yaml:"receivers"`
	Exporters  map[string]endpoint `yaml:"exporters"`
	Extensions map[string]struct {
		Server *endpoint `yaml:"server"`
	} `yaml:"extensions"`
	Service struct {
		Telemetry struct {
			Logs struct {
				Level string `yaml:"level"`
			} `yaml:"logs"`
			Metrics *struct {
				Readers []struct {
					Pull struct {
						Exporter struct {
							Prometheus *struct {
								Host string `yaml:"host"`
								Port int    `yaml:"port"`
							} `yaml:"prometheus"`
						} `yaml:"exporter"`
					} `yaml:"pull"`
				} `yaml:"readers"`
			} `yaml:"metrics"`
		} `yaml:"telemetry"`
	} `yaml:"service"`
}

type endpoint struct {
	Endpoint string `yaml:"endpoint"`
}

// addresses are where a collector can be reached; "" is what its configuration does not have.
type addresses struct{ otlpGRPC, otlpHTTP, prometheus, telemetry, profiles, localPrometheus string }

func readSettings(config string) (settings, error) {
	var s settings
	if err := yaml.Unmarshal([]byte(config), &s); err != nil {
		return settings{}, fmt.Errorf("the configuration is no YAML: %w\n%s", err, config)
	}
	return s, nil
}

// addresses reads them out of the first component of each type; what is not said is the component's default.
func (s settings) addresses() addresses {
	var a addresses
	for id, receiver := range s.Receivers {
		if typeOf(id) != "otlp" {
			continue
		}
		if e := receiver.Protocols.GRPC; e != nil {
			a.otlpGRPC = e.or("localhost:4317")
		}
		if e := receiver.Protocols.HTTP; e != nil {
			a.otlpHTTP = e.or("localhost:4318")
		}
	}
	for id, exporter := range s.Exporters {
		if typeOf(id) == "prometheus" {
			a.prometheus = exporter.Endpoint
		}
		if typeOf(id) == "local_prometheus" {
			a.localPrometheus = exporter.or("localhost:9090")
		}
	}
	for id, extension := range s.Extensions {
		if typeOf(id) == "profiles" && extension.Server != nil {
			a.profiles = extension.Server.or("localhost:4319")
		}
	}
	if metrics := s.Service.Telemetry.Metrics; metrics != nil {
		for _, reader := range metrics.Readers {
			if p := reader.Pull.Exporter.Prometheus; p != nil {
				a.telemetry = net.JoinHostPort(p.Host, strconv.Itoa(p.Port))
			}
		}
	}
	return a
}

func (e endpoint) or(otherwise string) string {
	if e.Endpoint == "" {
		return otherwise
	}
	return e.Endpoint
}

func typeOf(id string) string {
	name, _, _ := strings.Cut(id, "/")
	return name
}

// ownMetrics is a configuration that serves the collector's own metrics at an address.
func ownMetrics(address string) string {
	host, port, _ := strings.Cut(address, ":")
	return fmt.Sprintf("service: {telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: %s, port: %s, without_scope_info: true}}}}]}}}\n", host, port)
}
