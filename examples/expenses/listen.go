package main

// This file defines listen, which opens the listeners of the program.

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// listen listens on an address. "localhost" is both loopback addresses, since
// clients differ in which one they try.
func listen(addr string) ([]net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("-addr %s: want host:port, such as localhost:5000", addr)
	}
	if host != "localhost" {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return nil, listenError(addr, err)
		}
		return []net.Listener{l}, nil
	}
	const attempts = 10 // the port that is free on one address may be taken on the other
	for i := 1; ; i++ {
		listeners, err := listenLoopback(port)
		if err == nil || port != "0" || i == attempts || !errors.Is(err, syscall.EADDRINUSE) {
			return listeners, err
		}
	}
}

// listenLoopback listens on those of 127.0.0.1 and ::1 that the machine has.
func listenLoopback(port string) ([]net.Listener, error) {
	var listeners []net.Listener
	var failed error
	for _, host := range []string{"127.0.0.1", "::1"} {
		if len(listeners) > 0 {
			port = strconv.Itoa(listeners[0].Addr().(*net.TCPAddr).Port)
		}
		addr := net.JoinHostPort(host, port)
		l, err := net.Listen("tcp", addr)
		switch {
		case err == nil:
			listeners = append(listeners, l)
		case errors.Is(err, syscall.EADDRINUSE):
			for _, l := range listeners {
				l.Close()
			}
			return nil, listenError(addr, err)
		default: // for example, without IPv6
			failed = listenError(addr, err)
		}
	}
	if len(listeners) == 0 {
		return nil, failed
	}
	return listeners, nil
}

func listenError(addr string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use by another program (choose another port, such as -addr localhost:5001): %w", addr, syscall.EADDRINUSE)
	}
	return fmt.Errorf("-addr: %w", err)
}

// isLoopback reports whether only programs on this machine can reach l.
func isLoopback(l net.Listener) bool {
	addr, ok := l.Addr().(*net.TCPAddr)
	return ok && addr.IP.IsLoopback()
}
