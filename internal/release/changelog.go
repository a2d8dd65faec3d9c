package main

// This file checks CHANGELOG.md.

import (
	"fmt"
	"strings"
)

// checkChangelog returns an error unless the newest section of the changelog is for
// the version and is not empty.
func checkChangelog(text, version string) error {
	_, rest, ok := strings.Cut("\n"+text, "\n## ")
	if !ok {
		return fmt.Errorf("CHANGELOG.md has no section (add \"## %s\")", version)
	}
	heading, body, _ := strings.Cut(rest, "\n")
	body, _, _ = strings.Cut(body, "\n## ")
	name, _, _ := strings.Cut(heading, " ")
	if name != version {
		return fmt.Errorf("the newest section of CHANGELOG.md is %q (rename it to \"## %s\", with the date)", heading, version)
	}
	if strings.TrimSpace(body) == "" {
		return fmt.Errorf("the section %q of CHANGELOG.md is empty", heading)
	}
	return nil
}
