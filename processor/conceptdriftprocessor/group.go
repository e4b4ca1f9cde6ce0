package conceptdriftprocessor

import (
	"github.com/leeway-ml/leeway/stats/conceptdrift"
)

// pair is a key of a slice and its text.
type pair struct{ key, text string }

// group is the whole traffic of a lane, or a slice of it, and its detectors.
type group struct {
	// pairs of a slice, sorted by key; none for the whole traffic.
	pairs []pair
	// streams are the detectors, in the order of the lane's plan; nil where the signal has not come yet.
	streams []conceptdrift.Detector
	// arrived is when an event last came to the slice, by the wall clock, in nanoseconds since the epoch.
	arrived int64
	// changed tells that it is not as it was last stored.
	changed bool
}

// firing is what a detector said.
type firing struct {
	pairs                []pair
	name, signal, method string
	level                conceptdrift.Level
	estimate             conceptdrift.Estimate
	time                 int64
	// passing tells that it is being passed on.
	passing bool
}

// take gives the values of an item to the detectors. fired is called at each beginning of a warning and each drift, refused where a
// detector does not take its value. It returns how many detectors are new.
func (g *group) take(l *lanePlan, i *item, fired func(*firing), refused func(*detection, error)) (begun int) {
	for n, d := range l.detections {
		x := i.values[d.at]
		if x != x {
			continue
		}
		if g.streams == nil {
			g.streams = make([]conceptdrift.Detector, len(l.detections))
		}
		stream := g.streams[n]
		if stream == nil {
			stream = d.new()
			g.streams[n] = stream
			begun++
		}
		before := stream.Level()
		level, err := stream.Update(x)
		if err != nil {
			refused(d, err)
			continue
		}
		g.changed = true
		if level == conceptdrift.Drift || level == conceptdrift.Warning && before != conceptdrift.Warning {
			fired(&firing{
				pairs: g.pairs, name: d.name, signal: d.signal.name, method: d.method.String(),
				level: level, estimate: stream.Estimate(), time: i.time,
			})
		}
	}
	return begun
}

// running is how many detectors it has.
func (g *group) running() (n int) {
	for _, s := range g.streams {
		if s != nil {
			n++
		}
	}
	return n
}
