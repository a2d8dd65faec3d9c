package authz

// This file defines LogDecisions and DecisionLog, observers that write
// decisions to a log.

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
)

// LogDecisions returns a function for [Config].Observe that logs every decision
// to l: allows and what was skipped at level Info, denials at Warn, what could
// not be decided at Error, or at Warn if it is the client's doing: a request that
// is ErrBadRequest, or one that was canceled. A nil l is slog.Default at the time of each decision.
// Actors and resources are logged by class and id; see [Identifier]. To log some
// of the allows only, use a [DecisionLog].
func LogDecisions(l *slog.Logger) func(context.Context, Decision) {
	return (&DecisionLog{Logger: l}).Observe
}

// A DecisionLog logs decisions as [LogDecisions] does. Its method Observe is
// for [Config].Observe:
//
//	Observe: (&authz.DecisionLog{AllowsPerLine: 100}).Observe,
//
// A DecisionLog must not be copied or changed once it is in use.
type DecisionLog struct {
	// Logger is where decisions go; nil is slog.Default at the time of each.
	Logger *slog.Logger

	// AllowsPerLine is how many allows, or skips, there are for one that is
	// logged; 0 and 1 log all. Denials and faults are always logged.
	AllowsPerLine uint64

	allows atomic.Uint64
}

// Observe logs d.
func (l *DecisionLog) Observe(ctx context.Context, d Decision) {
	level := slog.LevelWarn
	switch d.Verdict {
	case Allowed, Skipped:
		if n := l.AllowsPerLine; n > 1 && l.allows.Add(1)%n != 1 {
			return
		}
		level = slog.LevelInfo
	case Undecided:
		if !errors.Is(d.Err, ErrBadRequest) && !errors.Is(d.Err, context.Canceled) {
			level = slog.LevelError
		}
	}
	logger := l.Logger
	if logger == nil {
		logger = slog.Default()
	}
	if logger.Enabled(ctx, level) {
		logger.LogAttrs(ctx, level, "authz", d.attrs()...)
	}
}
