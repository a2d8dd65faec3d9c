package authz

// This file defines LogDecisions and DecisionLog, observers that write decisions to a log.

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
)

// LogDecisions returns a function for [Config].Observe that logs every decision to l. The
// levels are:
//
//   - Info: allows and skips.
//   - Warn: denials, and undecided decisions that the client caused: a request that is
//     ErrBadRequest, or one that was canceled.
//   - Error: all other undecided decisions.
//
// If l is nil, each decision goes to slog.Default at that time. Actors and resources are
// logged by class and id; see [Identifier]. To log only some of the allows, use a
// [DecisionLog].
func LogDecisions(l *slog.Logger) func(context.Context, Decision) {
	return (&DecisionLog{Logger: l}).Observe
}

// A DecisionLog logs decisions as [LogDecisions] does. Its method Observe is for
// [Config].Observe:
//
//	Observe: (&authz.DecisionLog{AllowsPerLine: 100}).Observe,
//
// A DecisionLog must not be copied or changed after its first use.
type DecisionLog struct {
	// Logger is where decisions are logged. If it is nil, each decision goes to
	// slog.Default at that time.
	Logger *slog.Logger

	// AllowsPerLine is the number of allows and skips per logged line. 0 and 1 log all of
	// them. Denials and faults are always logged.
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
