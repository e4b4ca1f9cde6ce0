package repository

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	notSlug = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	fenced  = regexp.MustCompile("(?ms)^ *```.*?^ *```")
)

// TestLinks: what a document links to inside the repository is there, heading included.
func TestLinks(t *testing.T) {
	root := leewaytest.Repository(t)
	command := exec.CommandContext(t.Context(), "git", "ls-files", "*.md")
	command.Dir = root
	output, err := command.Output()
	if err != nil {
		t.Skipf("not a git checkout: %v", err)
	}
	files := strings.Fields(string(output))
	require.NotEmpty(t, files)
	for _, file := range files {
		for _, m := range link.FindAllStringSubmatch(prose(t, filepath.Join(root, file)), -1) {
			target, fragment, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, ":") {
				continue // elsewhere
			}
			path := filepath.Join(root, file)
			if target != "" {
				path = filepath.Join(root, filepath.Dir(file), target)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: link to %s, which is not there", file, m[1])
				continue
			}
			if fragment != "" && strings.HasSuffix(path, ".md") {
				assert.Contains(t, slugs(prose(t, path)), fragment, "%s: link to a heading that is not there", file)
			}
		}
	}
}

// prose is a document without its code blocks.
func prose(t *testing.T, path string) string {
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return fenced.ReplaceAllString(string(text), "")
}

// slugs are the names under which headings can be linked to.
func slugs(text string) []string {
	var all []string
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.ReplaceAll(notSlug.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return all
}
