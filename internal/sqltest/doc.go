// Package sqltest tests package sqlauthz with query builders and libraries that map objects, and
// has the code of docs/query-builders.md. It is a module of its own, so that their dependencies
// are not those of the library.
package sqltest
