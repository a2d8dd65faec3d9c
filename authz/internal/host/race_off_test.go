//go:build !race

package host

// raceEnabled says that the race detector is on, which allocates and is slow.
const raceEnabled = false
