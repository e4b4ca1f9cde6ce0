package replay

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
)

const predictionLines = `{"id":"p1","when":"2024-01-01T00:00:00Z","amount":10,"country":"DE","score":0.25,"class":"no","split":"train"}
{"when":1704067210,"id":"p2","amount":12.5,"country":"DE","score":0.5,"class":"yes","split":"test"}

{"id":"p3","when":1704067220000,"amount":null,"country":"FR","score":0.75,"class":"yes","split":"test","ml.model.name":"fraud"}
{"id":"p4","when":"2024-01-01T00:00:40","ml.inputs":{"amount":14,"country":"007"},"score":0.125,"class":"no","split":"test"}`

const truthLines = `{"id":"p2","label":"no","known":"2024-01-01T00:00:15Z"}
{"id":"p3","label":"yes","known":"2024-01-01T00:01:00Z"}
`

func columnar[T any](t testing.TB, rows []T, options ...parquet.WriterOption) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, parquet.Write(&out, rows, options...))
	return out.String()
}

func zipped(t testing.TB, content string) string {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return out.String()
}

func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// sent are the events of a replay, each with its attributes by name.
func sent(t *testing.T, o Options) (events []map[string]any) {
	t.Helper()
	var got recorder
	_, err := Run(t.Context(), o, &got)
	require.NoError(t, err)
	for _, r := range got.records() {
		events = append(events, map[string]any{"event": r.EventName(), "at": r.Timestamp().AsTime(), "attributes": r.Attributes().AsRaw()})
	}
	return events
}

// TestFormatsGiveTheSameEvents, of predictions and of truth, with whatever limits what is sent.
func TestFormatsGiveTheSameEvents(t *testing.T) {
	type prediction struct {
		ID      string    `parquet:"id"`
		When    time.Time `parquet:"when,timestamp(millisecond)"`
		Amount  *float64  `parquet:"amount,optional"`
		Country string    `parquet:"country,dict"`
		Score   float64   `parquet:"score"`
		Class   string    `parquet:"class"`
		Split   string    `parquet:"split"`
		Tags    []string  `parquet:"tags"`
	}
	type label struct {
		ID    string `parquet:"id"`
		Label string `parquet:"label"`
		Known int64  `parquet:"known"` // milliseconds
	}
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	number := func(x float64) *float64 { return &x }
	predictionRows := columnar(t, []prediction{
		{"p1", start, number(10), "DE", 0.25, "no", "train", nil}, {"p2", start.Add(10 * time.Second), number(12.5), "DE", 0.5, "yes", "test", []string{"a"}},
		{"p3", start.Add(20 * time.Second), nil, "FR", 0.75, "yes", "test", nil}, {"p4", start.Add(40 * time.Second), number(14), "007", 0.125, "no", "test", nil}}, parquet.MaxRowsPerRowGroup(3))
	truthRows := columnar(t, []label{{"p2", "no", start.Add(15 * time.Second).UnixMilli()}, {"p3", "yes", start.Add(time.Minute).UnixMilli()}})

	for name, limit := range map[string]func(*Options){
		"all":   func(*Options) {},
		"where": func(o *Options) { o.Where = []Filter{{Column: "country", Value: "FR"}} },
		"part":  func(o *Options) { o.From, o.To = start.Add(10*time.Second), start.Add(40*time.Second) },
		"named": func(o *Options) { o.Encoder.Columns.Features = []string{"amount"} },
		"twice": func(o *Options) { o.Repeat = 2 },
	} {
		o := options(t)
		limit(&o)
		want := sent(t, o)
		require.NotEmpty(t, want)
		for _, files := range [][2]string{
			{write(t, "p.csv.gz", zipped(t, predictions)), write(t, "t.csv", truth)},
			{write(t, "p.csv", strings.ReplaceAll(predictions, ",", ";")), write(t, "t.tsv", strings.ReplaceAll(truth, ",", "\t"))},
			{write(t, "p.jsonl", predictionLines), write(t, "t.jsonl", truthLines)},
			{write(t, "p.jsonl.gz", zipped(t, predictionLines)), write(t, "t.ndjson.gz", zipped(t, truthLines))},
			{write(t, "p.parquet", predictionRows), write(t, "t.parquet", truthRows)},
			{write(t, "p", predictionLines), write(t, "t", truthRows)},
		} {
			var bytesRead, size int64
			o.Predictions, o.Truth, o.OnBytes = files[0], files[1], func(n int64) { bytesRead += n }
			assert.Equal(t, want, sent(t, o), "%s: %s", name, filepath.Base(files[0]))
			for _, path := range files {
				info, err := os.Stat(path)
				require.NoError(t, err)
				size += info.Size() * int64(max(o.Repeat, 1))
			}
			assert.Equal(t, size, bytesRead, "%s: progress of %s", name, filepath.Base(files[0]))
		}
	}
}

// TestArraysAreInputs: vectors go as arrays of doubles, in whichever form inputs travel; what is no sound vector is still seen to be none.
func TestArraysAreInputs(t *testing.T) {
	lines := `{"t":1,"v":[1,2.5],"user":{"age":30,"tastes":[0.5]}}
{"t":2,"v":[1,null]}
{"t":3,"v":[]}
{"t":4,"v":["a",[true,{"b":1}]]}
{"t":5,"v":null}
{"t":6,"v":"x","late":[3]}
`
	type user struct {
		Age    int32     `parquet:"age"`
		Tastes []float32 `parquet:"tastes,list"`
	}
	type row struct {
		T    int64      `parquet:"t"`
		V    []*float64 `parquet:"v,list"`
		User user       `parquet:"user"`
	}
	one, two := 1.0, 2.5
	table := columnar(t, []row{{1, []*float64{&one, &two}, user{30, []float32{0.5}}}, {2, []*float64{&one, nil}, user{31, nil}}})
	for name, test := range map[string]struct {
		content string
		want    []map[string]any
	}{
		"x.jsonl": {lines, []map[string]any{
			{"v": []any{1.0, 2.5}, "user.age": 30.0, "user.tastes": []any{0.5}}, {"v": []any{1.0, nil}}, {"v": []any{}},
			{"v": []any{"a", []any{true, map[string]any{"b": 1.0}}}}, {}, {"v": "x", "late": []any{3.0}}}},
		"x.parquet": {table, []map[string]any{{"v": []any{1.0, 2.5}, "user.age": 30.0, "user.tastes": []any{0.5}}, {"v": []any{}, "user.age": 31.0, "user.tastes": []any{}}}},
	} {
		for form, get := range map[InputForm]func(r plog.LogRecord) map[string]any{
			InputsMap:  func(r plog.LogRecord) map[string]any { return r.Attributes().AsRaw()["ml.inputs"].(map[string]any) },
			InputsBody: func(r plog.LogRecord) map[string]any { return r.Body().Map().AsRaw() },
			InputsAttributes: func(r plog.LogRecord) map[string]any {
				inputs := map[string]any{}
				for key, value := range r.Attributes().AsRaw() {
					if feature, ok := strings.CutPrefix(key, "ml.input."); ok {
						inputs[feature] = value
					}
				}
				return inputs
			},
		} {
			var got recorder
			_, err := Run(t.Context(), Options{Predictions: write(t, name, test.content), Batch: 10, Encoder: Encoder{Model: "m", Inputs: form, Columns: Columns{Time: "t"}}}, &got)
			require.NoError(t, err)
			var have []map[string]any
			for _, r := range got.records() {
				have = append(have, get(r))
			}
			assert.Equal(t, test.want, have, "%s %s", name, form)
		}
	}
}

// TestTypesOfJSONAndParquet: a number that is a category goes as text, a flag as a flag, a long identifier with all its digits.
func TestTypesOfJSONAndParquet(t *testing.T) {
	type row struct {
		T    int64   `parquet:"t"`
		ID   int64   `parquet:"id"`
		Code float64 `parquet:"code"`
		OK   bool    `parquet:"ok"`
		V    float64 `parquet:"v"`
	}
	want := map[string]any{"ml.model.name": "m", "ml.prediction.id": "9007199254740993", "ml.prediction.value": 1.5, "ml.inputs": map[string]any{"code": "7", "ok": true}}
	for _, path := range []string{
		write(t, "x.csv", "t,id,code,ok,v\n1,9007199254740993,7,true,1.5\n"),
		write(t, "x.jsonl", `{"t":1,"id":9007199254740993,"code":7,"ok":true,"v":1.5}`),
		write(t, "x.parquet", columnar(t, []row{{1, 9007199254740993, 7, true, 1.5}})),
	} {
		events := sent(t, Options{Predictions: path, Encoder: Encoder{Model: "m", Columns: Columns{Time: "t", ID: "id", Value: "v", Text: []string{"code"}}}})
		require.Len(t, events, 1)
		assert.Equal(t, want, events[0]["attributes"], path)
		assert.Equal(t, time.Unix(1, 0).UTC(), events[0]["at"])
	}
}

// TestClearErrorsOfFormats: file, line or row, and column.
func TestClearErrorsOfFormats(t *testing.T) {
	type row struct {
		When  string `parquet:"when"`
		Score string `parquet:"score"`
	}
	cut := columnar(t, []row{{"2024-01-01", "1"}})
	for want, test := range map[string]struct{ name, content string }{
		`x.jsonl, line 3: is no JSON object`:                 {"x.jsonl", "{\"when\":1,\"score\":1}\n\n{\"when\":\n"},
		`x.jsonl, line 2, column when: "soon" is no time`:    {"x.jsonl", "{\"when\":1,\"score\":1}\n{\"when\":\"soon\"}\n"},
		`a.jsonl, line 2, column when: "" is no time`:        {"a.jsonl", "{\"when\":1,\"score\":1}\n{\"score\":1}\n"},
		`y.jsonl: line 1, column score: "high" is no number`: {"y.jsonl", `{"when":1,"score":"high"}`},
		`z.jsonl: line 1, column score: "true" is no number`: {"z.jsonl", `{"when":1,"score":true}`},
		`x.jsonl has no column "score"; it has when, b.c`:    {"x.jsonl", `{"when":1,"b":{"c":2}}`},
		`x.parquet has no column "score"; it has when`: {"x.parquet", columnar(t, []struct {
			When int64 `parquet:"when"`
		}{{1}})},
		`x.parquet: row 2, column score: "high" is no number`:                      {"x.parquet", columnar(t, []row{{"1", "1"}, {"2", "high"}})},
		`x.parquet, row 2, column when: "then" is no time`:                         {"x.parquet", columnar(t, []row{{"1", "1"}, {"then", "1"}})},
		`cut.parquet: is no whole Parquet file`:                                    {"cut.parquet", cut[:len(cut)-9]},
		`x.csv.gz: a name that ends in .gz must be a gzip file`:                    {"x.csv.gz", predictions},
		`x.csv, line 3: has another number of fields than the header, which has 2`: {"x.csv", "when,score\n1,1\n2\n"},
	} {
		_, err := Run(t.Context(), Options{Predictions: write(t, test.name, test.content), Encoder: Encoder{Model: "m", Columns: Columns{Time: "when", Score: "score"}}}, &recorder{})
		assert.ErrorContains(t, err, want)
	}
}

// TestColumnThatComesLate: JSON lines leave out what is missing, so the first row need not have all that flags name; what none has is refused
// before anything is sent.
func TestColumnThatComesLate(t *testing.T) {
	path := write(t, "x.jsonl", "{\"when\":1}\n{\"when\":2,\"score\":0.5}\n")
	o := Options{Predictions: path, Encoder: Encoder{Model: "m", Columns: Columns{Time: "when", Score: "score"}}}
	events := sent(t, o)
	require.Len(t, events, 2)
	assert.NotContains(t, events[0]["attributes"], "ml.prediction.score")
	assert.Equal(t, 0.5, events[1]["attributes"].(map[string]any)["ml.prediction.score"])
	o.Encoder.Columns.Score = "scor"
	var got recorder
	_, err := Run(t.Context(), o, &got)
	assert.ErrorContains(t, err, `has no column "scor"; it has when, score`)
	assert.Empty(t, got.batches)
}

func BenchmarkReplay(b *testing.B) {
	type row struct {
		T     int64     `parquet:"t" json:"t"`
		A     float64   `parquet:"a" json:"a"`
		C     string    `parquet:"c" json:"c"`
		Score float64   `parquet:"score" json:"score"`
		V     []float64 `parquet:"v,list" json:"v"`
	}
	const n = 2000
	var rows []row
	for i := range n {
		v := make([]float64, 64)
		for d := range v {
			v[d] = float64(i*d%17) / 16
		}
		rows = append(rows, row{int64(i), float64(i) / 7, []string{"x", "y"}[i%2], 0.5, v})
	}
	o := Options{Batch: 512, Encoder: Encoder{Model: "m", Columns: Columns{Time: "t", Score: "score"}}}
	lines, csv := linesOf(b, rows), "t,a,c,score\n"
	for _, r := range rows {
		csv += csvLine(r.T, r.A, r.C, r.Score)
	}
	for name, content := range map[string]string{"x.csv": csv, "x.jsonl": lines, "x.parquet": columnar(b, rows)} {
		b.Run(name, func(b *testing.B) {
			o.Predictions = write(b, name, content)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Run(b.Context(), o, nowhere{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/event")
		})
	}
}

func linesOf[T any](b *testing.B, rows []T) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	for _, r := range rows {
		require.NoError(b, e.Encode(r))
	}
	return out.String()
}

func csvLine(at int64, a float64, c string, score float64) string {
	return fmt.Sprintf("%d,%v,%s,%v\n", at, a, c, score)
}

// nowhere takes all that it is sent.
type nowhere struct{}

func (nowhere) Send(context.Context, plog.Logs) error { return nil }
