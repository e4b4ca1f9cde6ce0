package build

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
)

// scored are options for the files of month.
func scored(change ...func(*Options)) Options {
	return options(append([]func(*Options){func(o *Options) { o.ScoreColumn, o.PositiveClass = "score", "1" }}, change...)...)
}

// without drops what differs by how the rows were stored.
func without(p *profile.Profile) *profile.Profile {
	p.Provenance.Files, p.Provenance.SHA256 = nil, ""
	return p
}

func TestFormatsGiveTheSameProfile(t *testing.T) {
	events := month(3000)
	want := without(made(t, scored(), write(t, "x.csv", toCSV(events))))
	require.Equal(t, profile.Week, want.Rhythm.Cycle)
	require.NotEmpty(t, want.Feature("amount").Limits["24h"])
	require.NotEmpty(t, want.Joint.Limits["24h"])

	semicolons := strings.ReplaceAll(toCSV(events), ",", ";")
	var lines, conventions, semantic strings.Builder
	type record struct {
		Timestamp time.Time `parquet:"timestamp,timestamp(microsecond)"`
		Amount    *float64  `parquet:"amount,optional"`
		Country   string    `parquet:"country,dict"`
		Member    bool      `parquet:"member"`
		Score     float64   `parquet:"score"`
		Tags      []string  `parquet:"tags"`
	}
	var records []record
	for i, e := range events {
		amount, number := &e.amount, fmt.Sprint(e.amount)
		if i%50 == 7 {
			amount, number = nil, "null"
		}
		fmt.Fprintf(&lines, `{"timestamp":%q,"amount":%s,"country":%q,"member":%t,"score":%v}`+"\n", e.at.Format(time.RFC3339Nano), number, e.country, e.member, e.score)
		fmt.Fprintf(&conventions, "{\"timestamp\":%d,\"ml.inputs\":{\"amount\":%s,\"country\":%q,\"member\":%t},\"ml.prediction.score\":%v,\"ml.model.name\":\"m\"}\n\n",
			e.at.UnixMilli(), number, e.country, e.member, e.score)
		fmt.Fprintf(&semantic, `{"timestamp":%q,"ml.input.amount":%s,"ml.input.country":%q,"ml.input.member":"%t","ml.prediction.score":%v}`+"\n", e.at.Format(time.RFC3339Nano), number, e.country, e.member, e.score)
		records = append(records, record{Timestamp: e.at, Amount: amount, Country: e.country, Member: e.member, Score: e.score, Tags: []string{"a", "b"}})
	}
	var columnar bytes.Buffer
	require.NoError(t, parquet.Write(&columnar, records, parquet.MaxRowsPerRowGroup(700)))

	for name, content := range map[string]string{
		"x.csv.gz": toCSV(events), "semicolons.csv": semicolons, "bom.csv": "\xef\xbb\xbf" + toCSV(events), "crlf.csv": strings.ReplaceAll(toCSV(events), "\n", "\r\n"),
		"inputs.csv": strings.Replace(toCSV(events), ",amount,country", ",ml.input.amount,ml.inputs.country", 1), "tabs.tsv": strings.ReplaceAll(toCSV(events), ",", "\t"), "x.jsonl": lines.String(), "x.jsonl.gz": lines.String(), "unnamed": lines.String(),
		"x.parquet": columnar.String(),
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, want, without(made(t, scored(), write(t, name, content))))
		})
	}
	for name, content := range map[string]string{"map.jsonl": conventions.String(), "attributes.jsonl": semantic.String()} {
		t.Run(name, func(t *testing.T) {
			p := without(made(t, scored(func(o *Options) { o.ScoreColumn = "" }), write(t, name, content)))
			if name == "map.jsonl" { // its times are whole milliseconds
				p.Provenance.Start, p.Provenance.End = want.Provenance.Start, want.Provenance.End
			}
			assert.Equal(t, want, p)
		})
	}
}

func TestParquetTypes(t *testing.T) {
	type nested struct {
		Price float32 `parquet:"price"`
		Count uint32  `parquet:"count"`
	}
	type record struct {
		Day    int32  `parquet:"day,date"`
		Cents  int64  `parquet:"cents,decimal(2:10)"`
		Inputs nested `parquet:"inputs"`
		Code   string `parquet:"code"`
	}
	var out bytes.Buffer
	require.NoError(t, parquet.Write(&out, []record{{20000, 1250, nested{0.5, 1 << 31}, "a"}, {20040, 250, nested{1.5, 7}, "b"}}))
	p := made(t, options(func(o *Options) { o.TimeColumn = "day" }), write(t, "x.parquet", out.String()))
	assert.Equal(t, time.Unix(20000*86400, 0).UTC(), p.Provenance.Start)
	assert.Equal(t, 12.5, p.Feature("cents").Max)
	assert.Equal(t, 0.5, p.Feature("inputs.price").Min)
	assert.Equal(t, float64(1<<31), p.Feature("inputs.count").Max)
	assert.Equal(t, []string{"a", "b"}, p.Feature("code").Categories)
}

func TestMissingMarkers(t *testing.T) {
	csv := write(t, "x.csv", "a,b\n1,NA\nNA,x\n-999,null\n,x\n")
	p := made(t, options(func(o *Options) { o.Missing = []string{"NA", "null", "-999"} }), csv)
	assert.Equal(t, uint64(3), p.Feature("a").Missing)
	assert.Equal(t, uint64(2), p.Feature("b").Missing)
	json := write(t, "x.jsonl", `{"a":1,"b":"x"}`+"\n"+`{"a":-999,"b":null}`+"\n"+`{"a":3,"b":""}`+"\n"+`{"a":4}`+"\n")
	p = made(t, options(func(o *Options) { o.Missing = []string{"-999"} }), json)
	assert.Equal(t, uint64(1), p.Feature("a").Missing)
	assert.Equal(t, uint64(3), p.Feature("b").Missing)
}

func TestProgress(t *testing.T) {
	path := write(t, "x.csv.gz", toCSV(month(2000)))
	info, err := os.Stat(path)
	require.NoError(t, err)
	var last []Progress
	made(t, scored(func(o *Options) {
		o.OnProgress = func(p Progress) {
			if len(last) == 0 || last[len(last)-1].Pass != p.Pass {
				last = append(last, p)
			}
			last[len(last)-1] = p
		}
	}), path)
	var want []Progress
	for i, what := range []string{"types and quantiles", "counts", "features together", "means together", "limits"} {
		want = append(want, Progress{Pass: i + 1, What: what, Done: info.Size(), Total: info.Size()})
	}
	assert.Equal(t, want, last)
}

func TestFileThatChanges(t *testing.T) {
	path := write(t, "x.csv", "a\n1\n2\n")
	passes := 0
	o := options(func(o *Options) {
		o.OnProgress = func(p Progress) {
			if p.Pass > passes {
				passes = p.Pass
				require.NoError(t, os.WriteFile(path, []byte("a\n1\n2\n3\n"), 0o600))
			}
		}
	})
	_, err := Build(t.Context(), []string{path}, o)
	assert.ErrorContains(t, err, filepath.Base(path)+" changed while the profile was made")
}
