//go:build race

package polar

const withRace = true
