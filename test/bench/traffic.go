package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/build"
	"github.com/leeway-ml/leeway/semconv"
)

const (
	// batchSize is how many predictions a request holds, unless the shape says otherwise.
	batchSize = 1000
	// distinct is how many different requests are sent in turn, so that a processor can't learn them by heart.
	distinct = 16
	country  = "country"
)

// shape is what the predictions look like. Numeric inputs are standard normal, categories and countries equally frequent,
// scores uniform.
type shape struct {
	models, numeric, categorical int
	// inputs is how many of the features a prediction carries; 0 = all.
	inputs int
	// attributes has each input as an attribute of its own, not all in one map.
	attributes bool
	// batch is how many predictions a request holds; 0 = batchSize.
	batch int
}

// twenty is the prediction that the figures are about.
var twenty = shape{models: 1, numeric: 20}

var (
	categories = []string{"car", "credit_card", "debt_consolidation", "home_improvement", "house", "medical", "moving", "other"}
	countries  = []string{"AT", "BE", "CH", "DE", "ES", "FR", "GB", "IT", "NL", "PL"}
)

func (s shape) features() int { return s.numeric + s.categorical }

func (s shape) batchSize() int {
	if s.batch == 0 {
		return batchSize
	}
	return s.batch
}

func modelName(i int) string { return fmt.Sprintf("model_%02d", i) }

// featureName is spelled as features mostly are: a word, and what tells it from the others.
func (s shape) featureName(i int) string {
	if i < s.numeric {
		return fmt.Sprintf("feature_%02d", i)
	}
	return fmt.Sprintf("category_%02d", i)
}

// requests are ready to be sent: predictions of the last second, each request of one model.
func (s shape) requests() ([][]byte, error) {
	random := rand.New(rand.NewPCG(2, 2))
	all := make([][]byte, max(distinct, s.models))
	for i := range all {
		logs := plog.NewLogs()
		records := s.logRecords(logs)
		for range s.batchSize() {
			at := time.Now().Add(-time.Duration(random.IntN(1000)) * time.Millisecond)
			s.put(records.AppendEmpty(), random, i%s.models, random.IntN(len(countries)), at, s.inputs)
		}
		var err error
		if all[i], err = plogotlp.NewExportRequestFromLogs(logs).MarshalProto(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// everything is one request in which every model has, at that time, a prediction for each country with all its features.
func (s shape) everything(random *rand.Rand, at time.Time) ([]byte, error) {
	logs := plog.NewLogs()
	records := s.logRecords(logs)
	for model := range s.models {
		for c := range countries {
			s.put(records.AppendEmpty(), random, model, c, at, s.features())
		}
	}
	return plogotlp.NewExportRequestFromLogs(logs).MarshalProto()
}

func (shape) logRecords(logs plog.Logs) plog.LogRecordSlice {
	resource := logs.ResourceLogs().AppendEmpty()
	resource.Resource().Attributes().PutStr("service.name", "model-server")
	return resource.ScopeLogs().AppendEmpty().LogRecords()
}

func (s shape) put(record plog.LogRecord, random *rand.Rand, model, c int, at time.Time, inputs int) {
	record.SetEventName(semconv.EventPrediction)
	record.SetTimestamp(pcommon.NewTimestampFromTime(at))
	attributes := record.Attributes()
	attributes.PutStr(semconv.AttrModelName, modelName(model))
	attributes.PutStr(semconv.AttrModelVersion, "3")
	attributes.PutStr(semconv.AttrPredictionID, strconv.FormatUint(random.Uint64(), 36))
	score := random.Float64()
	attributes.PutDouble(semconv.AttrPredictionScore, score)
	attributes.PutStr(semconv.AttrPredictionClass, class(score))
	attributes.PutStr(country, countries[c])
	to, prefix := attributes, semconv.AttrInputPrefix
	if !s.attributes {
		to, prefix = attributes.PutEmptyMap(semconv.AttrInputs), ""
	}
	first := 0
	if inputs == 0 {
		inputs = s.features()
	} else {
		first = inputs * random.IntN(s.features()/inputs)
	}
	for i := first; i < first+inputs; i++ {
		if i < s.numeric {
			to.PutDouble(prefix+s.featureName(i), random.NormFloat64())
		} else {
			to.PutStr(prefix+s.featureName(i), categories[random.IntN(len(categories))])
		}
	}
}

func class(score float64) string {
	if score > 0.5 {
		return "1"
	}
	return "0"
}

// referenceRows are spread over four weeks, which give the profile a weekly rhythm and limits for each window.
const referenceRows = 20_000

// profiles writes a profile for each model into the folder, made of a prediction log of the same distributions, as
// `leewayctl profile` makes them.
func (s shape) profiles(ctx context.Context, folder string) error {
	if s.models == 0 {
		return nil
	}
	path := filepath.Join(folder, "reference.csv")
	if err := s.writeReference(path); err != nil {
		return err
	}
	defer func() { _ = os.Remove(path) }()
	options := build.DefaultOptions()
	options.Model, options.PositiveClass = modelName(0), "1"
	options.TimeColumn, options.ScoreColumn, options.ClassColumn = "timestamp", "score", "class"
	options.Exclude, options.Segments = []string{country}, [][]string{{country}}
	result, err := build.Build(ctx, []string{path}, options)
	if err != nil {
		return err
	}
	for model := range s.models {
		result.Profile.Model = modelName(model)
		if err := writeProfile(filepath.Join(folder, modelName(model)+".json"), result.Profile); err != nil {
			return err
		}
	}
	return nil
}

func (s shape) writeReference(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	random := rand.New(rand.NewPCG(1, 1))
	rows := csv.NewWriter(file)
	row := []string{"timestamp", "score", "class", country}
	for i := range s.features() {
		row = append(row, s.featureName(i))
	}
	if err := rows.Write(row); err != nil {
		return err
	}
	start := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	for n := range referenceRows {
		score := random.Float64()
		row = append(row[:0], start.Add(time.Duration(n)*(28*24*time.Hour/referenceRows)).Format(time.RFC3339),
			strconv.FormatFloat(score, 'f', 6, 64), class(score), countries[random.IntN(len(countries))])
		for i := range s.features() {
			if i < s.numeric {
				row = append(row, strconv.FormatFloat(random.NormFloat64(), 'f', 6, 64))
			} else {
				row = append(row, categories[random.IntN(len(categories))])
			}
		}
		if err := rows.Write(row); err != nil {
			return err
		}
	}
	rows.Flush()
	return rows.Error()
}

func writeProfile(path string, p *profile.Profile) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := p.Write(file); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}
