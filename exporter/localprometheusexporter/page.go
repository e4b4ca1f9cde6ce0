package localprometheusexporter

import "net/http"

// page says where the API is.
func page() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		_, _ = w.Write([]byte(placeholder))
	})
}

const placeholder = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Leeway</title>
<body style="font: 16px/1.5 sans-serif; max-width: 40em; margin: 3em auto">
<h1>Leeway</h1>
<p>Prometheus' HTTP API is at <code>/api/v1</code>: Grafana and promtool take this address for a Prometheus.
<ul>
<li><a href="/api/v1/alerts">Alerts that fire now</a>
<li><a href="/api/v1/query?query=ml_model_drift_share_ratio">Share of drifted features, by model and window</a>
<li><a href="/api/v1/rules">Rules</a>
</ul>
`
