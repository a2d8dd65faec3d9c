package ops

// This file compares texts, a chunk at a time.

import (
	"cmp"
	"strings"

	"github.com/ursa-authz/ursa/authz/internal/meter"
)

// textChunk is how many bytes of texts are compared between two checks of the context.
const textChunk = 1 << 16

// SameText reports whether two texts are equal.
func SameText(acct *meter.Account, a, b string) (bool, error) {
	if len(a) != len(b) {
		return false, nil
	}
	if len(a) < meter.StepBytes {
		return a == b, nil
	}
	for len(a) > 0 {
		n := min(len(a), textChunk)
		if err := acct.ChargeBytes(n); err != nil {
			return false, err
		}
		if a[:n] != b[:n] {
			return false, nil
		}
		a, b = a[n:], b[n:]
	}
	return true, nil
}

// CompareTexts returns -1, 0 or 1 for a less than, equal to, or greater than b, byte by byte.
func CompareTexts(acct *meter.Account, a, b string) (int, error) {
	for {
		n := min(len(a), len(b), textChunk)
		if err := acct.ChargeBytes(n); err != nil {
			return 0, err
		}
		if c := strings.Compare(a[:n], b[:n]); c != 0 {
			return c, nil
		}
		if a, b = a[n:], b[n:]; a == "" || b == "" {
			return cmp.Compare(len(a), len(b)), nil
		}
	}
}
