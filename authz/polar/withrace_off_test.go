//go:build !race

package polar

const withRace = false
