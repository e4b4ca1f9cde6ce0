package table

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readAll is what a file of that name and content holds, row by row: column to label.
func readAll(t testing.TB, name string, content []byte, o Options) (rows []map[string]string, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	s := NewSchema()
	in, err := NewReader(file, s, o)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	for r := (Row{}); ; {
		if err := in.Read(&r); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return rows, err
		}
		labels := map[string]string{}
		for i, name := range s.Names {
			if label := r.At(i).Label(); label != "" {
				labels[name] = label
			}
		}
		rows = append(rows, labels)
	}
}

func zipped(t testing.TB, content string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return out.Bytes()
}

// TestFormatsHaveTheSameLabels: identifiers that are no longer told apart as doubles among them.
func TestFormatsHaveTheSameLabels(t *testing.T) {
	want := []map[string]string{
		{"id": "9007199254740993", "serial": "18446744073709551615", "a": "2.5", "n": "7", "user.ok": "true"},
		{"id": "-9007199254740993", "serial": "1", "a": "-1", "n": "0", "user.ok": "false"},
	}
	csv := "id,serial,ml.inputs.a,ml.input.n,user.ok\n9007199254740993,18446744073709551615,2.5,7,true\n-9007199254740993,1,-1,0,false\n"
	json := `{"id":9007199254740993,"serial":18446744073709551615,"ml.inputs":{"a":2.5},"ml.input.n":7,"user":{"ok":true}}` + "\n\n" +
		`{"id":-9007199254740993,"serial":1,"ml.inputs":{"a":-1},"ml.input.n":0,"user":{"ok":false}}`
	type user struct {
		OK bool `parquet:"ok"`
	}
	type row struct {
		ID     int64   `parquet:"id"`
		Serial uint64  `parquet:"serial"`
		A      float64 `parquet:"ml.inputs.a"`
		N      int32   `parquet:"n"`
		User   user    `parquet:"user"`
	}
	var columnar bytes.Buffer
	require.NoError(t, parquet.Write(&columnar, []row{{9007199254740993, 1<<64 - 1, 2.5, 7, user{true}}, {-9007199254740993, 1, -1, 0, user{false}}}))
	for name, content := range map[string][]byte{
		"x.csv": []byte(csv), "x.csv.gz": zipped(t, csv), "x.tsv": []byte(strings.ReplaceAll(csv, ",", "\t")), "semicolons": []byte(strings.ReplaceAll(csv, ",", ";")),
		"x.jsonl": []byte(json), "x.ndjson.gz": zipped(t, json), "unnamed": []byte(json), "x.parquet": columnar.Bytes(), "columnar": columnar.Bytes(),
	} {
		var bytesIn int64
		var raw bytes.Buffer
		rows, err := readAll(t, name, content, Options{OnBytes: func(n int64) { bytesIn += n }, Raw: &raw})
		require.NoError(t, err, name)
		assert.Equal(t, want, rows, name)
		assert.Equal(t, int64(len(content)), bytesIn, name)
		assert.Equal(t, content, raw.Bytes(), name)
	}
}

// TestFirstLineDoesNotWait for more of a pipe than the header.
func TestFirstLineDoesNotWait(t *testing.T) {
	for text, want := range map[string]string{"a;b\n": "a;b", "a;b\nc": "a;b", "a;b": "a;b", "": ""} {
		out, in := io.Pipe()
		go func() {
			for i := range text {
				_, _ = in.Write([]byte{text[i]})
			}
			if !strings.Contains(text, "\n") {
				in.Close()
			}
		}()
		assert.Equal(t, want, string(firstLine(bufio.NewReader(out))), text)
		out.Close()
	}
}

// FuzzRead: whatever a file holds, reading it ends, with rows or an error; each row's cells belong to columns.
func FuzzRead(f *testing.F) {
	f.Add(".csv", []byte("a,b\n1,\"x\n\"\n"))
	f.Add(".jsonl", []byte(`{"a":[1,2.5],"b":{"c":[null,"x",[1]]}}`+"\n"+`{"d":1e999}`))
	f.Add(".gz", zipped(f, "a;b\n1;2\n"))
	var columnar bytes.Buffer
	require.NoError(f, parquet.Write(&columnar, []struct {
		A int64
		V []float64 `parquet:"v,list"`
		W []string
	}{{1, []float64{1, 2}, nil}, {2, nil, []string{"x"}}}))
	f.Add(".parquet", columnar.Bytes())
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, ending string, content []byte) {
		switch ending {
		case ".csv", ".jsonl", ".gz", ".parquet":
		default:
			ending = ""
		}
		path := filepath.Join(folder, "x"+ending)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		file, err := os.Open(path)
		require.NoError(t, err)
		defer file.Close()
		s := NewSchema()
		in, err := NewReader(file, s, Options{})
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		defer in.Close()
		for r := (Row{}); ; {
			if err := in.Read(&r); err != nil {
				require.NotEmpty(t, err.Error())
				return
			}
			require.LessOrEqual(t, len(r.Cells), len(s.Names))
			require.Positive(t, r.Line)
		}
	})
}
