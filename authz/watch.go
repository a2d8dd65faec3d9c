package authz

// This file defines Watch, which replaces the policy when its sources change.
//
// Sources are polled and compared by content. Notifications of the operating
// system would be quicker, but they do not cross network file systems, they
// break when an editor renames a new file over the old one, and they follow no
// symbolic link that is swapped; reading a few small files a second costs
// nothing and sees all of that.
//
// A change seen once may be half of a change: an editor truncates before it
// writes, a deployment copies file after file, and half of a policy can be a
// policy. So a change counts when two looks in a row see the same. The same
// goes for sources that cannot be read.

import (
	"context"
	"fmt"
	"time"
)

// secondLookDelay is how long after a change the second look is taken, unless the
// polling interval is shorter.
const secondLookDelay = 100 * time.Millisecond

// Watch looks at the sources of the policy every interval and replaces the
// policy when they have changed, until ctx ends; it returns the context's error.
// A bad policy leaves the current one in force, is reported to
// [Config].OnReload once, and is tried again when it changes.
//
// A change counts when two looks in a row see the same. A writer that stops half
// way for longer than that leaves half of a policy to be seen, and half of a policy
// may be valid: write to a temporary file and rename it. Watch returns
// [ErrNotWatchable] at once if the sources can never change, as those of [String]
// and of an embed.FS.
func (a *Authorizer) Watch(ctx context.Context, interval time.Duration) error {
	if interval <= 0 {
		return fmt.Errorf("authz: cannot watch every %v", interval)
	}
	if c, ok := a.cfg.Policies.(constant); ok && c.constant() {
		return ErrNotWatchable
	}
	timer := time.NewTimer(interval)
	defer timer.Stop()
	// The first look is compared with what the policy was made from.
	last := look{digest: a.current.Load().digest}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		now, err := a.look(ctx, last)
		if err != nil {
			return err
		}
		wait := interval
		if now != last {
			wait = min(interval, secondLookDelay)
		}
		last = now
		timer.Reset(wait)
	}
}

// A look is what was seen of the sources: their digest, or that they could not
// be read. Why they could not is no part of it, since an error's text may be
// another one every time.
type look struct {
	digest digest
	failed bool
}

// lookOf returns the look that found sources, or failed with err.
func lookOf(sources []Source, err error) look {
	if err != nil {
		return look{failed: true}
	}
	return look{digest: digestOf(sources)}
}

// look looks at the sources, and acts upon what it sees if that is what was
// seen last and nobody has acted upon it yet. That may have been a Reload: a
// change that it took, and that was taken back before this looked, is one too.
// The error is the context's.
func (a *Authorizer) look(ctx context.Context, last look) (look, error) {
	if err := a.lock(ctx); err != nil {
		return look{}, err
	}
	defer a.unlock()
	sources, err := a.load(ctx)
	if ctx.Err() != nil {
		return look{}, ctx.Err()
	}
	now := lookOf(sources, err)
	if now == last && now != a.acted {
		_ = a.replace(ctx, sources, err) // OnReload has been told
	}
	return now, nil
}
