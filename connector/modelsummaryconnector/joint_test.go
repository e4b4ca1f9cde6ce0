package modelsummaryconnector

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
	"github.com/leeway-ml/leeway/semconv"
)

// withJoint gives the profile a joint reference of all features that vary, with so many components: any that are orthonormal.
func withJoint(p *profile.Profile, components int) *profile.Profile {
	j := &profile.Joint{Bandwidth: 3, Frequencies: profile.JointFrequencies, Seed: 5, ErrorBounds: []float64{0.5, 1, 1.5, 2, 3}, ErrorStdDev: 1}
	for i, v := range p.Features {
		encoder := joint.NewEncoder(p.Features[i : i+1])
		if encoder.Dims() == 0 {
			continue
		}
		j.Features = append(j.Features, v.Name)
		if encoder.Dims() == 1 && len(j.Correlated) < profile.MaxCorrelated {
			j.Correlated = append(j.Correlated, v.Name)
		}
	}
	var variables []*profile.Variable
	for _, name := range j.Features {
		variables = append(variables, p.Feature(name))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range components { // Gram and Schmidt
		c := make([]float64, joint.NewEncoder(variables).Dims())
		for d := range c {
			c[d] = r.NormFloat64()
		}
		for _, other := range j.Components {
			dot := 0.0
			for d := range c {
				dot += c[d] * other[d]
			}
			for d := range c {
				c[d] -= dot * other[d]
			}
		}
		length := 0.0
		for d := range c {
			length += c[d] * c[d]
		}
		for d := range c {
			c[d] /= math.Sqrt(length)
		}
		j.Components = append(j.Components, c)
	}
	p.Joint = j
	return p
}

// withVector gives the profile a vector input of so many numbers.
func withVector(p *profile.Profile, name string, dims int) *profile.Profile {
	v := &profile.Vector{Name: name, Mean: make([]float64, dims), Spread: 2, Bandwidth: 1, Frequencies: profile.JointFrequencies, Seed: 9}
	for i := range v.Mean {
		v.Mean[i] = float64(i%3) / 2
	}
	p.Vectors = append(p.Vectors, v)
	return p
}

// series is what the points of a metric with some attributes add up to, over all panes.
type series struct {
	count uint64
	sum   float64
	size  float64 // of what was summed
	bins  []uint64
}

func (x *series) add(bin, bins int) {
	if x.bins == nil {
		x.bins = make([]uint64, bins)
	}
	x.bins[bin]++
	x.count++
}

func (x *series) plus(value float64) {
	x.sum += value
	x.size += math.Abs(value)
}

type allSeries map[string]*series

func (a allSeries) of(metric string, labels ...string) *series {
	key := metric + " " + strings.Join(labels, " ")
	if a[key] == nil {
		a[key] = &series{}
	}
	return a[key]
}

// sketchesOf are the series of joint and vector summaries.
func sketchesOf(s sums) allSeries {
	all := allSeries{}
	for _, t := range s {
		if !strings.HasPrefix(t.metric, "ml.joint.") && !strings.HasPrefix(t.metric, "ml.vector.") {
			continue
		}
		labels := []string{t.attributes[semconv.AttrFeatureName], t.attributes[semconv.AttrFeatureOther], t.attributes[semconv.AttrProjectionIndex] + t.attributes[semconv.AttrComponentIndex]}
		for key := range t.attributes {
			if strings.HasPrefix(key, semconv.AttrSegmentPrefix) || key == semconv.AttrExperimentName {
				labels = append(labels, "of a part: "+key)
			}
		}
		x := all.of(t.metric, labels...)
		x.count += t.count
		x.sum += t.sum
		if x.bins == nil {
			x.bins = make([]uint64, len(t.bins))
		}
		for i, n := range t.bins {
			x.bins[i] += n
		}
	}
	return all
}

// naiveSketches are what the events of the profile's model add up to, one by one.
func naiveSketches(t require.TestingT, p *profile.Profile, events []anEvent) allSeries {
	all := allSeries{}
	sketcher, err := joint.NewSketcher(p)
	require.NoError(t, err)
	for _, e := range events {
		if e.name != "" || e.attributes[semconv.AttrModelName] != p.Model || e.attributes[semconv.AttrExperimentName] != nil {
			continue
		}
		inputs := map[string]any{}
		for key, value := range e.inputs {
			inputs[key] = value
		}
		for key, value := range e.attributes {
			if name, ok := strings.CutPrefix(key, semconv.AttrInputPrefix); ok {
				inputs[name] = value
			}
		}
		sketch, bins := sketcher.NewSketch(), make([]int32, len(p.Joint.Features))
		for i, name := range p.Joint.Features {
			bins[i] = naiveBin(p.Feature(name), inputs[name])
		}
		sketcher.Sketch(bins, sketch)
		for k, bin := range sketch.Phases {
			all.of(semconv.MetricJointPhase, "", "", fmt.Sprintf("%03d", k)).add(int(bin), profile.PhaseBins)
		}
		errors := all.of(semconv.MetricJointReconstructionError, "", "", "")
		place, _ := slices.BinarySearch(p.Joint.ErrorBounds, sketch.Error)
		errors.add(place, len(p.Joint.ErrorBounds)+1)
		errors.plus(sketch.Error)
		for i, name := range p.Joint.Features {
			residual := all.of(semconv.MetricJointResidual, name, "", "")
			residual.count++
			residual.plus(sketch.Residuals[i])
		}
		for i, name := range p.Joint.Correlated {
			for k := i + 1; k < len(p.Joint.Correlated); k++ {
				all.of(semconv.MetricJointProduct, name, p.Joint.Correlated[k], "").plus(sketch.Correlated[i] * sketch.Correlated[k])
			}
		}
		naiveVectors(all, p, inputs)
	}
	return all
}

func naiveVectors(all allSeries, p *profile.Profile, inputs map[string]any) {
	for _, v := range p.Vectors {
		raw, _ := inputs[v.Name].([]any)
		var numbers []float64
		for _, x := range raw {
			numbers = append(numbers, x.(float64))
		}
		s := joint.NewVectorSketcher(v)
		sketch := s.NewSketch()
		if s.Sketch(numbers, sketch) != joint.Sound {
			continue
		}
		for k, bin := range sketch.Phases {
			all.of(semconv.MetricVectorPhase, v.Name, "", fmt.Sprintf("%03d", k)).add(int(bin), profile.PhaseBins)
		}
		for c, x := range sketch.Components {
			all.of(semconv.MetricVectorComponent, v.Name, "", fmt.Sprintf("%04d", c)).plus(x)
		}
	}
}

// naiveBin is the bin that a feature's value is encoded by.
func naiveBin(v *profile.Variable, value any) int32 {
	if truth, ok := value.(bool); ok && v.Type == profile.Numeric {
		value = map[bool]float64{true: 1}[truth]
	}
	if n, ok := value.(int64); ok {
		value = float64(n)
	}
	x, isNumber := value.(float64)
	switch {
	case value == nil || value == "":
		return -1
	case v.Type == profile.Numeric && isNumber && !math.IsNaN(x) && !math.IsInf(x, 0):
		return int32(v.Bin(x))
	case v.Type == profile.Numeric:
		return -1
	case isNumber && v.Type == profile.Boolean && (x == 0 || x == 1):
		value = x == 1
	case isNumber && (v.Type == profile.Boolean || math.IsNaN(x) || math.IsInf(x, 0)):
		return -1
	case isNumber:
		value = event.Spell(x)
	}
	if _, isArray := value.([]any); isArray {
		return -1
	}
	bin, seen := v.Category(fmt.Sprint(value))
	if !seen {
		return int32(len(v.Categories) + 1)
	}
	return int32(bin)
}

func requireSketches(t require.TestingT, want, got allSeries) {
	require.ElementsMatch(t, sortedKeys(want), sortedKeys(got))
	for key, w := range want {
		g := got[key]
		require.Equal(t, w.count, g.count, key)
		if w.bins != nil {
			require.Equal(t, w.bins, g.bins, key)
		}
		require.InDelta(t, w.sum, g.sum, 1e-12*max(1, w.size), key)
	}
}

var vectorEvents = rapid.Custom(func(t *rapid.T) []anEvent {
	all := events.Draw(t, "events")
	for i := range all {
		if rapid.IntRange(0, 3).Draw(t, "vector") == 0 {
			continue
		}
		raw := []any{}
		for range rapid.IntRange(2, 3).Draw(t, "length") {
			raw = append(raw, rapid.OneOf(rapid.Float64Range(-5, 5), rapid.SampledFrom([]float64{1e300, -1e300, math.Inf(1)})).Draw(t, "component"))
		}
		all[i].inputs["vector"] = raw
	}
	return all
})

// Neither order nor batches nor senders nor flushes change what the sketches add up to, which is what the events do one by one.
func TestSketchesDoNotDependOnTheWay(t *testing.T) {
	p := withVector(withJoint(knownProfile(), 2), "vector", 3)
	rapid.Check(t, func(rt *rapid.T) {
		all := vectorEvents.Draw(rt, "events")
		shuffled := rapid.Permutation(all).Draw(rt, "shuffled")
		var batches [][]anEvent
		for len(shuffled) > 0 {
			n := rapid.IntRange(1, len(shuffled)).Draw(rt, "batch")
			batches, shuffled = append(batches, shuffled[:n]), shuffled[n:]
		}
		flush := rapid.SampledFrom([]time.Duration{0, time.Hour}).Draw(rt, "flush")
		concurrent := rapid.Bool().Draw(rt, "concurrent")
		requireSketches(rt, naiveSketches(rt, p, all), sketchesOf(summariseBy(t, rt, p, batches, flush, concurrent)))
	})
}

// Shards that were filled apart are merged into the same as one.
func TestSketchesOfShardsMerge(t *testing.T) {
	p := withVector(withJoint(knownProfile(), 2), "vector", 3)
	rapid.Check(t, func(rt *rapid.T) {
		sink := &consumertest.MetricsSink{}
		c := start(t, segmentedConfig(time.Hour), serve(p), sink)
		var all []anEvent
		for range rapid.IntRange(1, 4).Draw(rt, "shards") {
			part := vectorEvents.Draw(rt, "events")
			shard := newShard(c.shared.catalog, c.shared.cfg, c.shared.notices, &c.shared.bytes)
			shard.begin()
			for e := range event.NewDecoder(c.shared.shards[0].slicing.keys, nil).Logs(batch(rt, part)) {
				shard.add(e)
			}
			c.shared.held.add(shard.take())
			all = append(all, part...)
		}
		require.NoError(rt, c.shared.flush(context.Background()))
		require.NoError(rt, c.Shutdown(context.Background()))
		requireSketches(rt, naiveSketches(rt, p, all), sketchesOf(sumUp(sink.AllMetrics()...)))
	})
}

// For every vector of the profile: what was counted and what was invalid add up to the predictions.
func TestEveryVectorIsCountedOnce(t *testing.T) {
	p := withVector(withVector(withJoint(knownProfile(), 2), "vector", 3), "absent", 2)
	rapid.Check(t, func(rt *rapid.T) {
		all := vectorEvents.Draw(rt, "events")
		for i := range all {
			delete(all[i].attributes, semconv.AttrExperimentName)
		}
		s := summariseBy(t, rt, p, [][]anEvent{all}, time.Hour, false)
		for _, v := range p.Vectors {
			labels := map[string]string{semconv.AttrModelName: p.Model, semconv.AttrFeatureName: v.Name, semconv.AttrProjectionIndex: "000"}
			n := s.count(semconv.MetricVectorPhase, labels, false)
			delete(labels, semconv.AttrProjectionIndex)
			n += s.count(semconv.MetricFeatureInvalid, labels, false)
			require.Equal(rt, s.count(semconv.MetricPredictions, map[string]string{semconv.AttrModelName: p.Model}, false), n)
		}
	})
}

// A profile that changes has sketches of its own: nothing of the old one is added to the new one's.
func TestSketchesOfAnotherProfile(t *testing.T) {
	before, after := withJoint(knownProfile(), 2), withVector(withJoint(knownProfile(), 1), "vector", 2)
	after.Joint.Seed, after.Joint.ErrorBounds = 6, []float64{1}
	provider := serve(before)
	sink := &consumertest.MetricsSink{}
	c := start(t, config(func(c *Config) { c.FlushInterval = time.Hour }), provider, sink)
	all := []anEvent{{attributes: map[string]any{semconv.AttrModelName: "known"}, inputs: map[string]any{"amount": 0.3, "age": 0.7, "vector": []any{1.0, 2.0}}}}
	for _, p := range []*profile.Profile{before, after, before} {
		provider.profiles["known"] = p
		provider.generation++
		require.NoError(t, c.ConsumeLogs(context.Background(), batch(t, all)))
	}
	require.NoError(t, c.shared.flush(context.Background()))
	var points [2]uint64
	for _, md := range sink.AllMetrics() {
		for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
			if m.Name() == semconv.MetricJointReconstructionError {
				for _, dp := range m.Histogram().DataPoints().All() {
					points[min(1, dp.ExplicitBounds().Len()/5)] += dp.Count()
				}
			}
		}
	}
	require.Equal(t, [2]uint64{1, 2}, points, "one by the new profile, two by the old one")
	c.shared.catalog.sweep()
	c.shared.catalog.sweep()
	require.Empty(t, c.shared.catalog.sketchings, "forgotten with the last plan")
}

// All versions of a model that have one profile share what is large.
func TestVersionsShareSketchings(t *testing.T) {
	c := newCatalog(10)
	c.provider = serve(withVector(withJoint(knownProfile(), 2), "vector", 3))
	one, two := c.plan(modelKey{"known", "1"}), c.plan(modelKey{"known", "2"})
	require.NotSame(t, one, two)
	require.Same(t, one.sketching, two.sketching)
	require.Len(t, c.sketchings, 1)
}

// A joint reference that does not fit its features is said once, and the rest is counted.
func TestJointThatDoesNotFit(t *testing.T) {
	p := withJoint(knownProfile(), 2)
	p.Joint.Components[1] = []float64{1}
	sink := &consumertest.MetricsSink{}
	c := start(t, config(nil), serve(p), sink)
	for range 2 {
		require.NoError(t, c.ConsumeLogs(context.Background(), batch(t, []anEvent{{attributes: map[string]any{semconv.AttrModelName: "known"}}})))
		require.NoError(t, c.shared.flush(context.Background()))
	}
	s := sumUp(sink.AllMetrics()...)
	require.Equal(t, uint64(2), s.count(semconv.MetricPredictions, nil, false))
	require.Empty(t, sketchesOf(s))
	require.Equal(t, 1, c.logs.FilterMessageSnippet("joint reference").Len())
}

// What is held of sketches is accounted for, and so are the bytes that it makes when sent.
func TestSizesOfSketches(t *testing.T) {
	p := withVector(withJoint(twentyFeatures(), 8), "text", 768)
	c := start(t, config(func(c *Config) { c.FlushInterval = time.Hour }), serve(p), consumertest.NewNop())
	logs := predictions(10, true)
	putVectors(logs, "text", 768)
	before := c.shared.bytes.Load()
	require.NoError(t, c.ConsumeLogs(context.Background(), logs))
	sketches := 8 * (2*profile.JointFrequencies*profile.PhaseBins + 768)
	require.Greater(t, c.shared.bytes.Load()-before, int64(sketches))
	c.shared.held.add(c.shared.shards[0].take())
	for _, a := range c.shared.held.sorted() {
		require.Greater(t, a.size(), sketches)
	}
	part := c.shared.held.sorted()
	text, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(c.shared.emitter.metrics(part))
	require.NoError(t, err)
	size := 0
	for _, a := range part {
		size += a.sentSize()
	}
	require.Greater(t, size, len(text))
	require.Less(t, size, 2*len(text))
}

func TestNoAllocationPerSketch(t *testing.T) {
	p := withVector(withJoint(twentyFeatures(), 8), "text", 384)
	c := start(t, config(func(c *Config) { c.FlushInterval = time.Hour }), serve(p), consumertest.NewNop())
	logs := predictions(benchBatch, true)
	putVectors(logs, "text", 384)
	perBatch := testing.AllocsPerRun(5, func() { _ = c.ConsumeLogs(context.Background(), logs) })
	require.Less(t, perBatch, benchBatch/20.0)
}

// putVectors gives every record a vector among its inputs.
func putVectors(logs plog.Logs, name string, dims int) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, record := range logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
		inputs, ok := record.Attributes().Get(semconv.AttrInputs)
		if !ok {
			inputs = record.Attributes().PutEmpty(semconv.AttrInputs)
			inputs.SetEmptyMap()
		}
		vector := inputs.Map().PutEmptySlice(name)
		for range dims {
			vector.AppendEmpty().SetDouble(r.NormFloat64())
		}
	}
}

// summariseBy sends the batches to a connector with this profile, and adds up what comes out.
func summariseBy(t *testing.T, rt *rapid.T, p *profile.Profile, batches [][]anEvent, flush time.Duration, concurrent bool) sums {
	sink := &consumertest.MetricsSink{}
	c := start(t, segmentedConfig(flush), serve(p), sink)
	var senders sync.WaitGroup
	for i, b := range batches {
		logs := batch(rt, b)
		if concurrent {
			senders.Go(func() { _ = c.ConsumeLogs(context.Background(), logs) })
			continue
		}
		require.NoError(rt, c.ConsumeLogs(context.Background(), logs))
		if flush > 0 && i%2 == 1 {
			require.NoError(rt, c.shared.flush(context.Background()))
		}
	}
	senders.Wait()
	require.NoError(rt, c.Shutdown(context.Background()))
	return sumUp(sink.AllMetrics()...)
}
