// Report runs the benchmarks and writes the results: RESULTS.md with tables,
// rules.svg with a plot, plans.md with the plans of the shapes of lists, and
// results.txt with all measurements, which benchstat reads.
//
//	go run ./report                          # everything, about half an hour
//	go run ./report -bench=Decision -count=1 -benchtime=1x -out=/tmp
//	go run ./report -from=results.txt        # only writes the tables and the plot
//
// It runs in the directory of the benchmarks. Each round runs every benchmark once, in a new
// process, so that other load on the machine affects all engines. Figures are
// medians over the rounds.
package main

// This file defines the command.

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	var r runner
	flag.IntVar(&r.count, "count", 6, "number of times that each benchmark is run")
	flag.StringVar(&r.benchtime, "benchtime", "300ms", "duration of each benchmark, as in go test")
	flag.IntVar(&r.shapes, "shapes", 1_000_000, "number of files in the shapes of lists; 0 to leave them out")
	flag.StringVar(&r.bench, "bench", ".", "benchmarks to run, as in go test")
	out := flag.String("out", ".", "directory for the results")
	from := flag.String("from", "", "read measurements from this file instead of running benchmarks")
	flag.Parse()
	r.plans = filepath.Join(*out, "plans.md")
	if err := report(r, *out, *from); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

// report writes the files.
func report(r runner, out, from string) error {
	var raw []byte
	if from != "" {
		var err error
		if raw, err = os.ReadFile(from); err != nil {
			return err
		}
	} else {
		// Every round is written as soon as it is finished.
		file, err := os.Create(filepath.Join(out, "results.txt"))
		if err != nil {
			return err
		}
		var text bytes.Buffer
		err = r.run(io.MultiWriter(file, &text))
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
		raw = text.Bytes()
	}
	res, err := parse(raw)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "rules.svg"), plot(res), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "RESULTS.md"), markdown(res), 0o644)
}
