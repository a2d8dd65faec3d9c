package authz

// This file defines Watch, which replaces the policy when its sources change.
//
// Watch polls the sources and compares their contents. Notifications of the operating
// system would be faster. But they do not work on network file systems, they stop when an
// editor renames a new file over the old one, and they do not notice that a symbolic link
// was replaced. Reading a few small files every second is cheap and notices all of that.
//
// A change that is seen once may be incomplete: an editor truncates a file before it
// writes, and a deployment copies file after file. Half of a policy can be a valid policy.
// So a change takes effect when two consecutive polls see the same. The same applies to
// sources that cannot be read.

import (
	"context"
	"fmt"
	"time"
)

// confirmDelay is the time between a change and the second poll, unless the polling
// interval is shorter.
const confirmDelay = 100 * time.Millisecond

// Watch polls the sources of the policy at the given interval and replaces the policy when
// they change. It blocks until ctx ends and returns the context's error. If a new policy
// has an error, the current policy stays fully in force. [Config].Observe receives the
// error once, and Watch tries again after the next change.
//
// A change takes effect when two consecutive polls see the same. A writer that pauses for
// longer than that exposes half of a policy, which may be valid: write to a temporary file
// and rename it. If the sources can never change, like those of [String] and of an
// embed.FS, Watch returns [ErrNotWatchable] at once.
func (a *Authorizer) Watch(ctx context.Context, interval time.Duration) error {
	if interval <= 0 {
		return fmt.Errorf("authz: cannot watch every %v (the interval must be positive)", interval)
	}
	slots := []*slot{&a.slot}
	watchable := canChange(a.cfg.Policies)
	if a.candidate != nil {
		slots = append(slots, &a.candidate.slot)
		watchable = watchable || canChange(a.cfg.Candidate.Policies)
	}
	if !watchable {
		return ErrNotWatchable
	}
	// Each on its own, so that sources of the candidate that block hold nothing up.
	ended := make(chan error, len(slots))
	for _, s := range slots {
		go func() { ended <- a.watch(ctx, s, interval) }()
	}
	err := <-ended
	for range len(slots) - 1 {
		<-ended // like the first, because ctx has ended
	}
	return err
}

// canChange reports whether the sources of p can change.
func canChange(p Policies) bool {
	c, ok := p.(constant)
	return !ok || !c.constant()
}

// watch is Watch for one slot.
func (a *Authorizer) watch(ctx context.Context, s *slot, interval time.Duration) error {
	timer := time.NewTimer(interval)
	defer timer.Stop()
	// The first look is compared with the sources of the current policy.
	var last look
	if v := s.current.Load(); v != nil {
		last.digest = v.digest
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		now, err := a.look(ctx, s, last)
		if err != nil {
			return err
		}
		wait := interval
		if now != last {
			wait = min(interval, confirmDelay)
		}
		last = now
		timer.Reset(wait)
	}
}

// A look is the state of the sources at one poll: their digest, or that they could not be
// read. It does not include the error, since its text may differ each time.
type look struct {
	digest digest
	failed bool
}

// lookOf returns the look for sources, or for the error err.
func lookOf(sources []Source, err error) look {
	if err != nil {
		return look{failed: true}
	}
	return look{digest: digestOf(sources)}
}

// look polls the sources of a slot. It replaces its policy if the sources are the same as at the last
// poll and the last attempt to replace the policy used others. That attempt may have been a
// Reload: if a Reload took a change that was undone before this poll, the sources have
// changed too. The error is the context's.
func (a *Authorizer) look(ctx context.Context, s *slot, last look) (look, error) {
	if err := s.lock(ctx); err != nil {
		return look{}, err
	}
	defer s.unlock()
	sources, err := s.load(ctx)
	if ctx.Err() != nil {
		return look{}, ctx.Err()
	}
	now := lookOf(sources, err)
	if now == last && now != s.acted {
		_ = a.replace(ctx, s, sources, err) // the observer has received it
	}
	return now, nil
}
