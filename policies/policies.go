// Package policies holds ready policies for the expenses example. One folder is
// one policy, of all its files together:
//
//   - expenses: what somebody submitted, they may read, and they may read their
//     own organization;
//   - expenses-oso: the same for the engine go-oso, which needs exact Go names
//     and has no string methods;
//   - managed: managers may read what those below them submitted, and
//     accountants what their organization did, by roles and relations.
//
// A program embeds them with
//
//	authz.FS(policies.FS, "expenses/*.polar")
package policies

// This file defines FS, the embedded policies.

import "embed"

// FS holds the policies, each in a folder of its name.
//
//go:embed */*.polar
var FS embed.FS
