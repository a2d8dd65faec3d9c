// Package prometheus has a program that reports decisions to Prometheus. It is a module of
// its own, so that programs that use otelauthz do not require Prometheus.
package prometheus
