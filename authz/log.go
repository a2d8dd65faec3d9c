package authz

// This file defines the logs of events: LogDecisions and DecisionLog for Config.Observe, and
// what is logged if nobody observes.

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
)

// LogDecisions returns a function for [Config].Observe that logs every event to l: decisions,
// lists, enumerations, queries, writes, skips, refusals and reloads. The message says for
// people who did what, and the attributes say it for programs. The levels are:
//
//   - Info: allows, answers, skips, loaded policies, and refusals that answer 401 or 404, or
//     whose decision has a line of its own.
//   - Warn: denials; refusals with 400 or 403 about which nothing was decided; policies loaded
//     with warnings; and what could not be decided because of the client: a request that is
//     ErrBadRequest, or one that was canceled.
//   - Error: what could not be decided, all other refusals with 500, and rejected policies.
//
// If l is nil, each event goes to slog.Default at that time. Actors and resources are logged
// by class and id; see [Identifier]. For errors see [Event.Cause]. To log only some of the
// allows, use a [DecisionLog].
func LogDecisions(l *slog.Logger) func(context.Context, Event) {
	return (&DecisionLog{Logger: l}).Observe
}

// A DecisionLog logs events as [LogDecisions] does. Its method Observe is for
// [Config].Observe:
//
//	Observe: (&authz.DecisionLog{AllowsPerLine: 100}).Observe,
//
// A DecisionLog must not be copied or changed after its first use.
type DecisionLog struct {
	// Logger is where events are logged. If it is nil, each event goes to slog.Default at
	// that time.
	Logger *slog.Logger

	// AllowsPerLine is the number of allows, answers and skips per logged line. 0 and 1 log
	// all of them. Denials, refusals, reloads and faults are always logged.
	AllowsPerLine uint64

	allows atomic.Uint64
}

// Observe logs e.
func (l *DecisionLog) Observe(ctx context.Context, e Event) {
	switch e.Verdict {
	case Allowed, Answered, Skipped:
		if n := l.AllowsPerLine; n > 1 && l.allows.Add(1)%n != 1 {
			return
		}
	}
	logEvent(ctx, l.Logger, e)
}

// logEvent logs e to logger, or to slog.Default if that is nil. An event that happened while
// a request was served has its path and route.
func logEvent(ctx context.Context, logger *slog.Logger, e Event) {
	if logger == nil {
		logger = slog.Default()
	}
	level := e.level()
	if !logger.Enabled(ctx, level) {
		return
	}
	var path, route string
	if s := carrierOf(ctx); s != nil && s.request != nil {
		path, route = s.request.escapedPath(), s.request.routePattern()
	}
	logger.LogAttrs(ctx, level, e.sentence(), e.attrsAt(path, route)...)
}

// logFault logs an event that a client is answered 500 for, if nobody observes. a may be nil.
func (a *Authorizer) logFault(ctx context.Context, e Event) {
	if e.Status != http.StatusInternalServerError || a != nil && a.observes() {
		return
	}
	defer func() { _ = recover() }()
	logEvent(ctx, a.logger(), e)
}

// logReload logs a failed reload if nobody observes.
func (a *Authorizer) logReload(ctx context.Context, e Event) {
	defer func() { _ = recover() }()
	logEvent(ctx, a.logger(), e)
}

// logger returns Config.Logger, or nil.
func (a *Authorizer) logger() *slog.Logger {
	if a == nil {
		return nil
	}
	return a.cfg.Logger
}

// observerPanicked logs the first panic of the observer.
func (a *Authorizer) observerPanicked(ctx context.Context, err error) {
	if a.panicked.Swap(true) {
		return
	}
	defer func() { _ = recover() }()
	logger := a.logger()
	if logger == nil {
		logger = slog.Default()
	}
	logger.LogAttrs(ctx, slog.LevelError, "the observer panicked (logged once)", slog.String("err", causeText(err, false)))
}
