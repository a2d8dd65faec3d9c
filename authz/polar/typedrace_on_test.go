//go:build race && !purego

package polar

const withRace = true
