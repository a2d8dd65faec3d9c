//go:build !race

package polar_test

const raceEnabled = false
