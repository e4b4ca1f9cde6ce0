// Package alerting tests alerts as a whole: that they fire when a model drifts and at no other time, and that Alertmanager
// routes, groups and mutes them as meant. Its tests have the build tag `integration`.
package alerting
