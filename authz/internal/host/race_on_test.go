//go:build race

package host

// raceEnabled reports whether the race detector is on, which allocates and is slow.
const raceEnabled = true
