package difftest

// This file defines Oracle, the tests' interface to the worker process.

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// answerTimeout ends a worker that does not answer, unless Oracle.Timeout is set. The
// original checks its own timeout between goals, but simplifying a result can take
// forever.
const answerTimeout = 5 * time.Second

// questionsPerWorker is the number of policies that a worker serves before it is
// replaced. The original leaks about 10 KiB with each query that fails in a host
// operation, so a worker ends at about 100 MiB.
const questionsPerWorker = 10_000

// An Oracle runs queries on the original. It is not safe for concurrent use.
type Oracle struct {
	Timeout  time.Duration // for one answer; zero is five seconds
	Restarts int           // workers that died, not counting those that were replaced on schedule

	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *json.Decoder
	written *json.Encoder
	asked   int
}

// Ask returns the answers to the queries over policy, in order. The answer to a query
// that kills the worker is VerdictAborted, and a new worker gets the queries after
// it.
func (o *Oracle) Ask(policy string, queries []string) ([]Answer, error) {
	answers := make([]Answer, 0, len(queries))
	for len(answers) < len(queries) {
		if err := o.ensure(); err != nil {
			return nil, err
		}
		rest := queries[len(answers):]
		err := o.written.Encode(question{Policy: policy, Queries: rest})
		for range rest {
			if err != nil {
				break
			}
			var a Answer
			worker := o.cmd.Process
			watchdog := time.AfterFunc(cmp.Or(o.Timeout, answerTimeout), func() { _ = worker.Kill() })
			if err = o.out.Decode(&a); err == nil {
				answers = append(answers, a)
			}
			watchdog.Stop()
		}
		if err != nil {
			o.Restarts++
			o.kill()
			answers = append(answers, Answer{Verdict: VerdictAborted, Detail: err.Error()})
		}
	}
	return answers, nil
}

// ensure starts a worker unless there is one with questions left.
func (o *Oracle) ensure() error {
	if o.cmd != nil && o.asked < questionsPerWorker {
		o.asked++
		return nil
	}
	o.Close()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), workerEnv+"=1", "POLAR_TIMEOUT_MS=50", "POLAR_LOG=off", "POLAR_IGNORE_NO_ALLOW_WARNING=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start a worker: %w", err)
	}
	o.cmd, o.in, o.asked = cmd, in, 1
	o.out, o.written = json.NewDecoder(bufio.NewReader(out)), json.NewEncoder(in)
	return nil
}

// kill ends a worker that no longer answers.
func (o *Oracle) kill() {
	if o.cmd != nil {
		_ = o.cmd.Process.Kill() // it may be dead already
		o.Close()
	}
}

// Close ends the worker, if there is one. The oracle can be used again.
func (o *Oracle) Close() {
	if o.cmd == nil {
		return
	}
	o.in.Close()
	_ = o.cmd.Wait() // the status of a killed worker is meaningless
	o.cmd = nil
}
