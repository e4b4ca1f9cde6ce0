package calibration

import (
	"fmt"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// appendDiagram appends the reliability diagram: of each bin that holds anything, what was predicted, what came, and how many.
func appendDiagram(points []judge.Point, s *subject) []judge.Point {
	for i, b := range s.bins {
		if b.Samples() == 0 {
			continue
		}
		where := []summary.Attribute{
			{Key: semconv.AttrCalibrationBin, Value: fmt.Sprintf("%02d", i)},
			{Key: semconv.AttrClass, Value: s.class},
		}
		points = append(points,
			judge.Point{Metric: semconv.MetricCalibrationObserved, Attributes: where, Value: b.Observed()},
			judge.Point{Metric: semconv.MetricCalibrationPredicted, Attributes: where, Value: b.Predicted()},
			judge.Point{Metric: semconv.MetricCalibrationSamples, Attributes: where, Value: b.Samples()},
		)
	}
	return points
}
