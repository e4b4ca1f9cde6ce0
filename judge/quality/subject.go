package quality

import (
	"slices"
	"strings"

	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/quality"
	"github.com/leeway-ml/leeway/stats/scores"
	"github.com/leeway-ml/leeway/summary"
)

// subject is the outcomes that measures are computed from, in the forms that they need.
type subject struct {
	*outcome.Outcomes
	task profile.Task
	// class is the positive one in a binary task.
	class string
	// matrix of all classes; in a binary task of the positive class, 1, against the others. nil where there is none.
	matrix *quality.Confusion
	// errors of a regression; nil where there are none.
	errors *quality.Errors
}

// newSubject finds out what the task is: the profile's, else what the outcomes look like.
func newSubject(o *outcome.Outcomes, p *profile.Profile) *subject {
	s := &subject{Outcomes: o}
	if p != nil {
		s.task, s.class = p.Task, p.PositiveClass
	}
	if s.task == "" {
		s.task = s.guess()
	}
	if s.task == profile.Binary && s.class == "" {
		s.class = s.positive()
		if s.class == "" { // which of the two is meant, nobody knows: all measures of either
			s.task = profile.Multiclass
		}
	}
	if len(o.Confusion.Classes) > 0 {
		s.matrix = quality.NewConfusion(o.Confusion.Counts)
		if s.task == profile.Binary {
			s.matrix = against(s.matrix, o.Confusion.Index(s.class))
		}
	}
	if o.Error != nil {
		s.errors = errorsOf(o.Error)
	}
	return s
}

// against is the matrix of one class against the others, which may be all there is.
func against(c *quality.Confusion, class int) *quality.Confusion {
	if class < 0 {
		return quality.NewConfusion([][]float64{{c.Samples(), 0}, {0, 0}})
	}
	return c.Against(class)
}

func (s *subject) guess() profile.Task {
	if _, ok := s.Losses["squared"]; ok || s.Error != nil {
		return profile.Regression
	}
	for name := range s.Losses {
		if name == reciprocalRank || strings.HasPrefix(name, ndcgAt) || strings.HasPrefix(name, hitAt) {
			return profile.Ranking
		}
	}
	switch classes := max(len(s.Confusion.Classes), 2*min(len(s.Scores), 1), len(s.Scores)); {
	case classes == 0:
		return ""
	case classes > 2 || len(s.Scores) > 1:
		return profile.Multiclass
	}
	return profile.Binary
}

// positive is the class that a binary task's score is for, else the one that is called what a positive class usually is.
func (s *subject) positive() string {
	if len(s.Scores) == 1 {
		for class := range s.Scores {
			return class
		}
	}
	for _, class := range s.Confusion.Classes {
		if slices.Contains([]string{"1", "true", "yes", "positive"}, strings.ToLower(class)) {
			return class
		}
	}
	return ""
}

// table of a class's scores; nil where there is none.
func (s *subject) table(class string) *scores.Table {
	if x := s.Scores[class]; x != nil {
		return &x.All
	}
	return nil
}

// errorsOf turns a histogram of errors into bins by size. What counts as zero is below the zero threshold.
func errorsOf(e *summary.Exponential) *quality.Errors {
	errs := &quality.Errors{}
	errs.Add(quality.ErrorBin{High: e.ZeroThreshold, Count: float64(e.Zero)})
	for _, side := range []struct {
		buckets  *summary.Buckets
		negative bool
	}{{&e.Positive, false}, {&e.Negative, true}} {
		for i, n := range side.buckets.Counts {
			index := side.buckets.Offset + int32(i)
			errs.Add(quality.ErrorBin{
				Low: summary.BucketBound(e.Scale, index), High: summary.BucketBound(e.Scale, index+1), Negative: side.negative, Count: float64(n),
			})
		}
	}
	return errs
}
