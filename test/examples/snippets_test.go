// Package examples tests the examples, and the code that the documents show.
package examples

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

var block = regexp.MustCompile("(?ms)^```(python|go)\n(.*?)^```")

// TestSnippets: each piece of Python and Go in these documents stands, line by line, in a program that is tested.
func TestSnippets(t *testing.T) {
	root := leewaytest.Repository(t)
	for document, programs := range map[string][]string{
		"examples/python-model-server/README.md": {"examples/python-model-server/*.py"},
		"examples/go-model-server/README.md":     {"examples/go-model-server/*.go"},
		"docs/send-predictions.md":               {"examples/python-model-server/*.py", "examples/go-model-server/*.go", "test/examples/testdata/*.py"},
	} {
		var code strings.Builder
		for _, pattern := range programs {
			files, err := filepath.Glob(filepath.Join(root, pattern))
			require.NoError(t, err)
			require.NotEmpty(t, files, pattern)
			for _, file := range files {
				content, err := os.ReadFile(file)
				require.NoError(t, err)
				code.WriteString("\n" + unindented(string(content)))
			}
		}
		text, err := os.ReadFile(filepath.Join(root, document))
		require.NoError(t, err)
		blocks := block.FindAllStringSubmatch(string(text), -1)
		require.NotEmpty(t, blocks, document)
		for _, m := range blocks {
			assert.Contains(t, code.String(), "\n"+unindented(m[2]), "%s shows code that no tested program has:\n%s", document, m[2])
		}
	}
}

// unindented is the text without white space at the beginning of lines.
func unindented(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimLeft(line, " \t")
	}
	return strings.Join(lines, "\n")
}
