// Package policies has the policies of the examples. The files of a folder are one
// policy:
//
//   - expenses: users may submit expenses, and may read their own expenses and
//     their organization.
//   - expenses-oso: the same for the engine go-oso, which needs exact Go names
//     and has no string methods.
//   - managed: also, managers may read the expenses of everybody below them, and
//     accountants those of their organization. It uses roles and relations.
//   - issues: the example examples/issues, whose tests are the tests of this policy.
//
// A program embeds them with
//
//	authz.FS(policies.FS, "expenses/*.polar")
package policies

// This file defines FS, the embedded policies.

import "embed"

// FS has the policies, each in a folder with its name.
//
//go:embed */*.polar
var FS embed.FS
